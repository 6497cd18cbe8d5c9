"""The morning run and the report of plan against fact, one after the other.

Run it with ``./crm bench plan``; ``plan_morning`` and ``plan_report`` run by themselves and take their sizes.
"""

import plan_morning
import plan_report

if __name__ == "__main__":
    plan_morning.main()
    plan_report.main()
