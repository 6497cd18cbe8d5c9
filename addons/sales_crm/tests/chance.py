"""How much the tests that try random cases try, and which.

A few cases in each run, others each day: the seed of a run is its day. ``./crm test`` prints it and repeats
another run with ``--seed``. With ``CRM_THOROUGH=1`` they try the full number.
"""

import os
from datetime import date
from random import Random

THOROUGH = os.environ.get("CRM_THOROUGH") == "1"
SEED = int(os.environ.get("CRM_TEST_SEED") or f"{date.today():%Y%m%d}")


def how_many(few, full):
    """:return: the number of cases to try"""
    return full if THOROUGH else few


def dice_of(few, full):
    """:return: iterator of dice for as many cases, each with its seed to name it by: ``(seed, Random)``"""
    for number in range(how_many(few, full)):
        seed = f"{SEED}-{number}"
        yield seed, Random(seed)
