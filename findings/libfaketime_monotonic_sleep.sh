#!/usr/bin/env bash
# libfaketime 0.9.10 (Debian 12): with FAKETIME_DONT_FAKE_MONOTONIC=1, which is to leave the monotonic clock alone,
# time.sleep() of Python 3.11 and newer raises OSError 22 "Invalid argument": the library still moves the absolute
# deadline of clock_nanosleep() by the offset, to before the machine was started. libfaketime 3.0.1 of PyPI, which
# brings a newer one along, sleeps as it should.
#
# Who runs the tests of a program about working days under another clock needs that setting (else time-outs on locks
# don't come), and finds schedulers and retries broken that way and not only the dates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 777 .
apt-get download -qq libfaketime=0.9.10-2.1 >/dev/null
dpkg -x libfaketime_*.deb debian
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check libfaketime==3.0.1
python=$(venv/bin/python -c 'import sys; print("%s.%s" % sys.version_info[:2])')
case "$python" in 3.1[1-9]) ;; *) echo "needs Python 3.11 or newer, this is $python"; exit 1 ;; esac

cat >sleep.py <<'PY'
import datetime
import time

ahead = datetime.date.today() > datetime.date.fromtimestamp(0) + datetime.timedelta(days=365 * 60)
try:
    time.sleep(0.01)
    print("the date is shifted:", ahead, "- slept")
except OSError as error:
    print("the date is shifted:", ahead, "- OSError", error.errno)
PY
asked() { # LIBRARY: forty years ahead
    LD_PRELOAD=$1 FAKETIME=+14610d FAKETIME_DONT_FAKE_MONOTONIC=1 venv/bin/python sleep.py
}
{
    echo "Debian 0.9.10: $(asked "$(find debian -name libfaketimeMT.so.1)")"
    echo "PyPI 3.0.1: $(asked "$(find venv -name libfaketime.so.1)")"
} | tee seen
diff seen - <<'SEEN'
Debian 0.9.10: the date is shifted: True - OSError 22
PyPI 3.0.1: the date is shifted: True - slept
SEEN
echo "as described"
