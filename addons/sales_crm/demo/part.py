"""What every part of the example company begins with."""


class Part:
    """One of the things that the example company is made of; ``load.py`` says which, and in which order.

    :param company: :class:`~.company.Company`, which is there already
    """

    def __init__(self, company):
        self.company = company
        self.env = company.env
        self.book = company.book
        self.days = company.days

    @property
    def random(self):
        """The chance of the book, which repeats itself."""
        return self.book.random

    def load(self):
        """Create it."""
        raise NotImplementedError
