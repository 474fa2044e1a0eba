same as workflows/ltp/smoke.py
