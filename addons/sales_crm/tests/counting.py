import gc


class Counted:
    """Counts the queries of a block::

        with Counted(self.cr) as counted:
            ...
        self.assertEqual(counted.queries, 5)

    Python collects environments that nobody holds any more whenever it likes, and what is made anew in one of
    them costs queries: the count would depend on the tests before. They go first, and none goes meanwhile.
    """

    def __init__(self, cr):
        self.cr = cr
        self.queries = None

    def __enter__(self):
        gc.collect()
        gc.disable()
        self._before = self.cr.sql_log_count
        return self

    def __exit__(self, *_raised):
        gc.enable()
        self.queries = self.cr.sql_log_count - self._before
