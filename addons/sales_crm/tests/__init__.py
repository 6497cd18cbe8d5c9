from .intake import test_import, test_filling, test_import_cells, test_import_formats, test_import_kinds
from .intake import test_import_property, test_import_selection, test_import_undo
from .export import test_export_guard, test_export_routes, test_xlsx_report
from .server import test_core_api, test_field_names, test_server_fields, test_kept_default, test_columns
from .batch import test_batch
from .receivable import (
    test_debt_tour,
    test_invoice_form,
    test_receivable,
    test_receivable_edges,
    test_receivable_kpi,
    test_receivable_kpi_xlsx,
)
from .demo import test_demo, test_demo_unloaded
from .handover import (
    test_handover,
    test_handover_alike,
    test_handover_models,
    test_handover_safe,
    test_handover_tour,
)
from .activity import test_clock, test_exact_time, test_mail_activity, test_outcome_required, test_tours
from .work_time import test_meeting_day, test_work_time
from .morning import test_day_off, test_morning
from .fault import test_morning_fault, test_morning_piece
from .my_day import test_my_day
from .my_day import test_my_day_rows
from .home import test_home
from .printing import test_printing
from .cover import test_absence, test_cover
from .words import test_words
from .paid import test_paid
from .client import test_res_partner
from .country import test_country, test_requisites, test_requisites_import
from .production_calendar import test_production_calendar
from .dossier import test_order_cancel
from .access import (
    test_access_rule,
    test_access_small,
    test_access_models,
    test_access_routes,
    test_access_asked_first,
    test_access_before_after,
    test_access_http,
    test_access_notices,
    test_access_property,
    test_access_named,
    test_access_plans,
    test_access_queries,
    test_access_write_sweep,
)
from .owner import test_access_owner, test_access_pointing, test_same_firm
from .contract import test_contract
from .credit import (
    test_credit_alone,
    test_credit_contract_change,
    test_credit_gate,
    test_credit_recount,
    test_credit_memory,
    test_credit_release,
    test_credit_release_sum,
    test_credit_release_whose,
    test_credit_twin,
    test_credit_firm_card,
)
from .funnel import (
    test_funnel_moves,
    test_funnel_stuck,
    test_funnel_report,
    test_funnel_xlsx,
    test_funnel_sample,
    test_funnel_tours,
    test_funnel_leave,
)
from .history import test_client_history, test_client_brief, test_history_moments
from .change import test_own_plan
from .promise import test_promise, test_promise_settle
from .target import (
    test_sales_target,
    test_target_copy,
    test_target_grid,
    test_target_progress,
    test_target_recount,
    test_target_tour,
)
from .growth import test_growth, test_growth_recount, test_growth_tour
from .performance import test_performance_recount, test_performance_report, test_performance_xlsx
from .ledger import test_ledger_check, test_ledger_recount
from .bulk import test_mail_activity_bulk, test_mass_plan, test_reassign_hidden
from .cadence import test_cadence, test_cadence_asked
from .next_step import test_next_step, test_next_step_property
from .contact import test_contacts
from .contact import test_phone
from .contact import test_reach, test_search
from .client_class import test_client_class
from .duplicate import test_duplicate, test_duplicate_name, test_duplicate_served, test_merge, test_merge_card
from .visit import test_visit
from .visit import test_visit_property
from .visit import test_visit_route
from .reminder import test_digest, test_month_mail, test_reminder, test_reminder_bus, test_reminder_push
from .glance import test_glance
from .plan import test_activity_report, test_embellish, test_reassigned
from .settings import test_labels
from .team_day import test_team_day, test_team_day_leader, test_team_day_now, test_team_day_tour
from .desk import test_desk, test_desk_actions, test_desk_tour
from .evidence import (
    test_evidence_activity,
    test_evidence_author,
    test_evidence_days,
    test_evidence_machine,
    test_evidence_message,
    test_evidence_taken,
)
