same as workflows/fstests/smoke.py
