#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# A stand-in for mmtests's compare-mmtests.pl: means of the page faults of thpcompact and thpchallenge, run
# beside run, as text or HTML.
use strict;
use warnings;
use Getopt::Long;

my ($directory, $benchmark, $names, $format, $header, $ratio, $altreport) = ('', '', '', 'text', 0, 0, '');
GetOptions(
    'directory|d=s' => \$directory,
    'b|benchmark=s' => \$benchmark,
    'n|names=s'     => \$names,
    'format=s'      => \$format,
    'a|altreport=s' => \$altreport,
    'print-header'  => \$header,
    'print-ratio'   => \$ratio,
) or exit 255;
-d $directory or die "Report directory $directory does not exist or was not specified.\n";

sub mean {
    my $sum = 0;
    $sum += $_ for @_;
    return @_ ? $sum / @_ : 0;
}

sub deviation {
    my $mean = mean(@_);
    return @_ > 1 ? sqrt(mean(map { ($_ - $mean)**2 } @_)) : 0;
}

# operation -> its samples over all iterations
sub extract {
    my ($name) = @_;
    my %samples;
    for my $log (glob("$directory/$name/iter-*/$benchmark/logs/threads-*.log.gz")) {
        my ($clients) = $log =~ /threads-(\d+)\.log\.gz$/;
        open(my $lines, '-|', 'gzip', '-dc', $log) or die "$log: $!\n";
        while (my $line = <$lines>) {
            my (undef, undef, $kind, $latency) = split " ", $line;
            next unless $line =~ /^fault /;
            push @{ $samples{"fault-$_-$clients"} }, $latency for $kind, 'both';
        }
        close $lines;
    }
    %samples or die "Failed to load module for benchmark $benchmark: $name\n";
    return \%samples;
}

my @names = split /,/, $names;
my @runs = map { extract($_) } @names;
my %operations = map { $_ => 1 } map { keys %$_ } @runs;
my @rows;
for my $operation (sort { ($a =~ /-(\d+)$/)[0] <=> ($b =~ /-(\d+)$/)[0] || $a cmp $b } keys %operations) {
    my @samples = map { $_->{$operation} || [] } @runs;
    my $base = mean(@{ $samples[0] });
    my @cells = map {
        my $value = mean(@$_);
        my $gain = $base ? ($base - $value) * 100 / $base : 0;
        my $sure = abs($base - $value) > deviation(@{ $samples[0] }) + deviation(@$_);
        my ($open, $close) = $sure ? ('*', '*') : ('(', ')');
        sprintf('%12.2f %s%7.2f%%%s', $value, $open, $gain, $close);
    } @samples;
    push @rows, [ 'Amean', $operation, @cells ];
}

if ($format eq 'html') {
    print "<table class=\"resultsTable\">\n<tr><th></th><th></th>", (map { "<th>$_</th>" } @names), "</tr>\n";
    print '<tr>', (map { "<td>$_</td>" } @$_), "</tr>\n" for @rows;
    print "</table>\n";
} else {
    printf "%-30s%s\n", '', join('', map { sprintf '%26s', $_ } @names);
    for my $row (@rows) {
        my ($what, $operation, @cells) = @$row;
        printf "%-9s %-20s%s\n", $what, $operation, join('', map { sprintf '%26s', $_ } @cells);
    }
}
