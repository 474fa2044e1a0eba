same as workflows/selftests/smoke.py
