class _ServerOnly:
    """A value of the context that nobody sends: a request carries text, numbers, lists and dicts only.

    ``with_context(sales_quiet=SERVER_ONLY)`` and ``context.get("sales_quiet") is SERVER_ONLY``.
    """

    def __repr__(self):
        return "SERVER_ONLY"


SERVER_ONLY = _ServerOnly()
