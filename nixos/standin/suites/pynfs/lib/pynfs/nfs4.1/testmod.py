# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests, their outcomes and how they are printed: as pynfs's module of this name does it.

A test is a function test*(t, env) whose docstring has its title and the lines FLAGS:, CODE:, DEPEND:, VERS:.
"""

import datetime
import json
import re
import time
import traceback

TEST_NOTRUN, TEST_RUNNING, TEST_WAIT, TEST_OMIT, TEST_FAIL, TEST_NOTSUP, TEST_WARN, TEST_PASS = range(8)
NAMES = ["NOT RUN", "RUNNING", "WAITING TO RUN", "OMIT", "FAILURE", "UNSUPPORTED", "WARNING", "PASS"]


class Outcome(Exception):
    """Raised by a test that does not simply pass."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Result:
    def __init__(self, outcome, msg="", tb=(), default=False):
        self.outcome, self.msg, self.tb, self.default = outcome, str(msg), list(tb), default

    def __str__(self):
        return NAMES[self.outcome]

    def __eq__(self, other):
        return self.outcome == other if isinstance(other, int) else self is other

    __hash__ = None


class Test:
    def __init__(self, function):
        self.function = function
        self.name = function.__name__
        self.suite = function.suite
        doc = function.__doc__

        def words(key):
            found = re.search(rf"^\s*{key}:(.*)$", doc, re.M)
            return found.group(1).split() if found else []

        self.title = doc.splitlines()[0].strip()
        self.code = words("CODE")[0]
        self.flags = words("FLAGS")
        self.depends = words("DEPEND")
        first, _, last = (words("VERS") or ["-"])[0].partition("-")
        self.versions = (int(first or 0), int(last or 99))
        self.result = Result(TEST_NOTRUN)
        self.time_taken = 0

    def __str__(self):
        return f"{self.code:<8} {self.suite}.{self.name}"

    def __repr__(self):
        line = f"{str(self):<65} : {self.result}"
        return line + "\n" + self.indented() if self.result.msg else line

    def indented(self):
        line, lines = "", []
        for word in self.result.msg.split():
            if line and len(line) + len(word) > 53:
                lines.append(line)
                line = ""
            line += " " + word
        return "\n".join(" " * 10 + each for each in [*lines, line])

    def fail(self, message):
        raise Outcome(TEST_FAIL, message)

    def fail_support(self, message):
        raise Outcome(TEST_NOTSUP, message)

    def pass_warn(self, message):
        raise Outcome(TEST_WARN, message)

    def run(self, environment, verbose=False):
        self.result = Result(TEST_RUNNING, default=True)
        if verbose:
            print(repr(self))
        began = time.time()
        try:
            environment.start(self)
            self.function(self, environment)
            self.result = Result(TEST_PASS, default=True)
        except Outcome as error:
            self.result = Result(error.kind, error, traceback.format_exception(error))
        except Exception as error:
            lines = traceback.format_exception(error)
            self.result = Result(TEST_FAIL, lines[-1], lines)
        self.time_taken = time.time() - began
        if verbose:
            print(repr(self))


def runtests(tests, options, environment, runfilter):
    """In order, each behind the tests it depends on."""
    by_code = {test.code: test for test in tests}
    for test in tests:
        if test.result == TEST_NOTRUN:
            run_tree(test, by_code, options, environment, runfilter)


def run_tree(test, by_code, options, environment, runfilter):
    test.result = Result(TEST_WAIT, "Circular dependency", default=True)
    if not runfilter(test, options):
        test.result = Result(TEST_OMIT, "Failed runfilter", default=True)
        return
    if options.rundeps:
        runfilter = lambda *_: True
    for dependency in (by_code[code] for code in test.depends):
        if dependency.result == TEST_NOTRUN or (dependency.result == TEST_OMIT and options.rundeps):
            run_tree(dependency, by_code, options, environment, runfilter)
        if not options.force and dependency.result.outcome in (TEST_OMIT, TEST_FAIL, TEST_NOTSUP):
            test.result = Result(TEST_OMIT, f"Dependency {dependency} had status {dependency.result}.")
            return
    test.run(environment, options.verbose)


def printresults(tests, opts):
    def asked(test):
        return not (test.result == TEST_OMIT and test.result.default) and test.result != TEST_NOTRUN

    def count(*kinds):
        return sum(test.result.outcome in kinds and asked(test) for test in tests)

    def shown(test):
        hidden = {TEST_OMIT: not opts.showomit, TEST_PASS: not opts.showpass, TEST_WARN: not opts.showwarn,
                  TEST_NOTSUP: not opts.showwarn, TEST_FAIL: not opts.showfail}
        return asked(test) and not hidden.get(test.result.outcome)

    print("*" * 50)
    for test in filter(shown, tests):
        print(repr(test))
    print("*" * 50)
    ran = sum(map(asked, tests))
    if any(test.result == TEST_NOTRUN for test in tests):
        print(f"Tests interrupted! Only {ran} tests run")
    else:
        print(f"Command line asked for {ran} of {len(tests)} tests")
    failed = count(TEST_FAIL)
    print(f"Of those: {count(TEST_OMIT, TEST_WAIT)} Skipped, {failed} Failed, {count(TEST_WARN, TEST_NOTSUP)} Warned, "
          f"{count(TEST_PASS)} Passed")
    return failed


def json_printresults(tests, path, suite="all"):
    cases = []
    for test in tests:
        case = {"code": test.code, "name": test.name, "classname": test.suite, "time": str(test.time_taken)}
        if test.result == TEST_FAIL:
            case["failure"] = {"message": test.result.msg, "err": "".join(test.result.tb)}
        elif test.result == TEST_OMIT:
            case["skipped"] = 1
        cases.append(case)
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"tests": len(tests), "errors": 0, "timestamp": str(datetime.datetime.now()), "name": suite,
                   "testcase": cases, "failures": sum("failure" in c for c in cases),
                   "skipped": sum("skipped" in c for c in cases), "time": sum(t.time_taken for t in tests)},
                  out, indent=4, sort_keys=True)
