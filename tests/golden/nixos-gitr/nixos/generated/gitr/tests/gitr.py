same as workflows/gitr/smoke.py
