"""The order of stops on a way. Pure Python: no query, no message."""

from .geo import distance

# Up to so many stops the shortest way of all is found
EXACT = 9
# With more stops than that the way is not made shorter once it is found
IMPROVED = 80


def order_stops(stops, start=None):
    """A short way along all stops, in straight lines. Stops at an exact time keep the order of their times;
    of up to nine stops it is the shortest way there is, with more of them a short one.

    :param list stops: tuples of latitude, longitude and exact time (None: any), in an order that is kept
        where nothing else counts
    :param tuple start: latitude and longitude of where the way begins; None: with any of the stops
    :return: list of indexes into ``stops`` in the order of the way; list of the metres from the stop before
        each, False for the first one without a start
    """
    if not stops:
        return [], []
    way = _Way(stops, start)
    if len(stops) <= EXACT:
        way.find_shortest()
    else:
        way.find_short()
    return way.order, way.metres()


class _Way:
    def __init__(self, stops, start):
        self.stops = stops
        self.start = start
        self.order = []
        self.known = {}
        timed = [index for index, (_lat, _lon, moment) in enumerate(stops) if moment]
        self.timed = sorted(timed, key=lambda index: (stops[index][2], index))

    def find_shortest(self):
        """Held and Karp: the shortest way through each set of stops, from the sets smaller by one."""
        time = {index: self.stops[index][2] for index in self.timed}
        before = {one: sum(1 << other for other in time if time[other] < time[one]) for one in time}
        best = {(0, -1): (0, ())}
        for _step in self.stops:
            longer = {}
            for (visited, last), (length, order) in best.items():
                for index in range(len(self.stops)):
                    if visited >> index & 1 or before.get(index, 0) & ~visited:
                        continue
                    key = (visited | 1 << index, index)
                    found = (length + self.between(last, index), (*order, index))
                    longer[key] = min(longer.get(key, found), found)
            best = longer
        self.order = list(min(best.values())[1])

    def find_short(self):
        """Stops at exact times first, then each other one where the detour is least."""
        self.order = [*self.timed]
        for index in range(len(self.stops)):
            if index not in self.timed:
                self.insert(index)
        if len(self.stops) <= IMPROVED:
            self.improve()

    def between(self, one, other):
        """:return: metres between two stops; -1 stands for the start; 0 where one of them is nowhere"""
        if one is None or other is None or (self.start is None and -1 in (one, other)):
            return 0
        pair = (min(one, other), max(one, other))
        if pair not in self.known:
            places = [self.start if index == -1 else self.stops[index][:2] for index in pair]
            self.known[pair] = distance(*places[0], *places[1])
        return self.known[pair]

    def around(self, at):
        """:return: what stands before and after the gap before position ``at``"""
        return (self.order[at - 1] if at else -1), (self.order[at] if at < len(self.order) else None)

    def detour(self, index, at):
        before, after = self.around(at)
        return self.between(before, index) + self.between(index, after) - self.between(before, after)

    def insert(self, index):
        """Put a stop where the detour is least; the last of several such places."""
        at = min(range(len(self.order), -1, -1), key=lambda at: round(self.detour(index, at), 3))
        self.order.insert(at, index)
        return at

    def improve(self):
        """Take out each stop without a time and put it anew, as long as the way gets shorter by that."""
        length = self.length()
        while True:
            for index in [index for index in self.order if index not in self.timed]:
                self.order.remove(index)
                self.insert(index)
            shorter = self.length()
            if shorter > length - 1:
                return
            length = shorter

    def metres(self):
        ways = [
            self.between(before, index) for before, index in zip([-1, *self.order], self.order, strict=False)
        ]
        if self.start is None:
            ways[0] = False
        return [far if far is False else round(far) for far in ways]

    def length(self):
        return sum(self.metres())
