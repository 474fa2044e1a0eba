same as workflows/blktests/smoke.py
