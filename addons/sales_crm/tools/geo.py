"""Places on the earth. Pure Python: no query, no message."""

from math import asin, cos, isfinite, radians, sin, sqrt

EARTH_RADIUS = 6_371_008.8  # metres, the mean radius of the WGS 84 ellipsoid


def distance(latitude, longitude, other_latitude, other_longitude):
    """Great-circle distance, by the haversine formula on a sphere; wrong by 0.5 % at most.

    :param float latitude: in degrees, like the other three
    :return: metres
    """
    latitude, longitude, other_latitude, other_longitude = map(
        radians, (latitude, longitude, other_latitude, other_longitude)
    )
    half_chord = (
        sin((other_latitude - latitude) / 2) ** 2
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * asin(sqrt(min(half_chord, 1)))


def position(values):
    """:param dict values: ``latitude``, ``longitude`` in degrees and ``accuracy`` in metres, from outside
    :return: tuple of three floats
    :raise ValueError: it is no place on the earth
    """
    try:
        latitude, longitude, accuracy = (
            float(values[name]) for name in ("latitude", "longitude", "accuracy")
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("no position") from error
    if not all(map(isfinite, (latitude, longitude, accuracy))):
        raise ValueError("no finite numbers")
    if abs(latitude) > 90 or abs(longitude) > 180 or accuracy < 0:
        raise ValueError("out of range")
    return latitude, longitude, accuracy
