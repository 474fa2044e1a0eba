same as workflows/sysbench/smoke.py
