same as workflows/pynfs/smoke.py
