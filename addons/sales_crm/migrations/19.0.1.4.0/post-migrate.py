def migrate(cr, version):
    """Plan lines and carry-overs of earlier versions get the texts of their activities."""
    if not version:
        return
    cr.execute(
        """
        UPDATE sales_plan_line line SET summary = activity.summary
          FROM mail_activity activity
         WHERE activity.id = line.activity_id AND line.summary IS NULL AND activity.summary IS NOT NULL
        """
    )
    cr.execute(
        """
        UPDATE sales_carry_log log
           SET summary = activity.summary, activity_type_id = activity.activity_type_id
          FROM mail_activity activity
         WHERE activity.id = log.activity_id AND log.activity_type_id IS NULL
        """
    )
