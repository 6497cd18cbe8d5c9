"""The morning run and the report of plan against fact, one after the other.

Run it with ``./crm bench plan``; ``plan_morning`` and ``plan_report`` run by themselves, and their sizes are
taken here, too.
"""

import argparse

import plan_morning
import plan_report


def main():
    parser = argparse.ArgumentParser(prog="crm bench plan", conflict_handler="resolve")
    plan_morning.add_arguments(parser)
    plan_report.add_arguments(parser)
    args = parser.parse_args()
    plan_morning.work(args)
    plan_report.work(args)


if __name__ == "__main__":
    main()
