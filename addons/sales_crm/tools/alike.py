from odoo.tools import SQL


def write_alike(records, values):
    """Write the same values on thousands of records in one statement, where the ORM takes one per hundred.

    For models of ours whose ``write`` adds nothing to these fields; the caller has the right to write them.

    :param records: records of one model
    :param dict values: name of a stored field -> its value as it stands in its column
    """
    if not records:
        return
    records.flush_recordset(values)
    columns = dict(values)
    if "write_uid" in records._fields:
        columns.update(write_uid=records.env.uid, write_date=records.env.cr.now())
    records.env.cr.execute(
        SQL(
            "UPDATE %s SET %s WHERE id = ANY(%s)",
            SQL.identifier(records._table),
            SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in columns.items()),
            records.ids,
        )
    )
    records.invalidate_recordset(columns, flush=False)
    records.modified(values)
