same as workflows/mmtests/smoke.py
