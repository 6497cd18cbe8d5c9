"""Values for tests that try to write what they may not."""


def value_unlike(record, name):
    """:return: a value that a field of ``record`` could hold and does not, None if none is found"""
    field, held = record._fields[name], record[name]
    match field.type:
        case "boolean":
            return not held
        case "integer" | "float" | "monetary":
            return held + 7
        case "date":
            return "2020-01-01"
        case "datetime":
            return "2020-01-01 12:00:00"
        case "selection":
            usual = field.default and field.default(record)
            others = [value for value in field.get_values(record.env) if value not in (held, usual)]
            return others[0] if others else None
        case "many2one":
            # sudo: anything that is there
            Comodel = record.env[field.comodel_name].sudo()
            return Comodel.search([("id", "not in", held.ids)], limit=1).id or None
        case "char" | "text" | "html":
            return "forged"
        case _:
            return None
