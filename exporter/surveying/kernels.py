"""One look at what a layer puts out for a few images: sums, extremes and where they are, of each image and channel.

Compiled, because numpy would read the block once for each of these, which takes longer than the network's own
arithmetic. Four places are looked at in a turn, all channels side by side, so that the processor's wide registers are
filled.
"""

from __future__ import annotations

import numpy as np

from exporter.surveying.compiled import Array, compiled

_TILE = 64
"""So many places are summed up and searched before the next ones are: they are still in the processor's cache."""


@compiled
def look_at(
    values: Array, sums: Array, squares: Array, low: Array, best: Array, at: Array, zeros: Array, counts: Array
) -> None:
    """Fill in, for each image and channel, what there is to know of its finite values.

    Parameters
    ----------
    values : (n, places, channels) float32, with at least one place.
    sums, squares : (n, channels) float64, the sum of the finite values and that of their squared deviations from their
        mean.
    low, best : (n, channels) float32, the smallest and the greatest; infinity, and less than anything, where none is.
    at : (n, channels) int32, the first place of the greatest; 0 where there is none.
    zeros, counts : (n, channels) int32, how many are 0, and how many are finite.
    """
    images, places, channels = values.shape
    shift = np.empty(channels, np.float64)
    for image in range(images):
        rows = values[image]
        for channel in range(channels):
            shift[channel] = rows[0, channel]
            sums[image, channel] = squares[image, channel] = 0.0
            low[image, channel], best[image, channel] = np.inf, -np.inf
            at[image, channel] = zeros[image, channel] = 0
        for start in range(0, places, _TILE):
            stop = min(places, start + _TILE)
            _add(rows, start, stop, shift, sums[image], squares[image])
            _search(rows, start, stop, best[image], at[image])
            _sink(rows, start, stop, low[image], zeros[image])
        for channel in range(channels):
            total = sums[image, channel]
            if np.isfinite(total):
                counts[image, channel] = places
                squares[image, channel] = max(0.0, squares[image, channel] - total * total / places)
                sums[image, channel] = total + shift[channel] * places
                place = at[image, channel]
                while rows[place, channel] != best[image, channel]:  # the four of a turn have one number
                    place += 1
                at[image, channel] = place
            else:
                _some(rows[:, channel], image, channel, sums, squares, low, best, at, counts)


@compiled
def _add(rows: Array, start: int, stop: int, shift: Array, sums: Array, squares: Array) -> None:
    """Sums of what the values of places `start` to `stop` are above `shift`, and of their squares."""
    place = start
    while place + 4 <= stop:
        one, two, three, four = rows[place], rows[place + 1], rows[place + 2], rows[place + 3]
        for channel in range(len(shift)):
            a, b = np.float64(one[channel]) - shift[channel], np.float64(two[channel]) - shift[channel]
            c, d = np.float64(three[channel]) - shift[channel], np.float64(four[channel]) - shift[channel]
            sums[channel] += (a + b) + (c + d)
            squares[channel] += (a * a + b * b) + (c * c + d * d)
        place += 4
    for last in range(place, stop):
        one = rows[last]
        for channel in range(len(shift)):
            a = np.float64(one[channel]) - shift[channel]
            sums[channel] += a
            squares[channel] += a * a


@compiled
def _search(rows: Array, start: int, stop: int, best: Array, at: Array) -> None:
    """The greatest values, and the first of the four places among which they are."""
    place = start
    while place + 4 <= stop:
        one, two, three, four = rows[place], rows[place + 1], rows[place + 2], rows[place + 3]
        for channel in range(len(best)):
            left = one[channel] if one[channel] > two[channel] else two[channel]
            right = three[channel] if three[channel] > four[channel] else four[channel]
            most = left if left > right else right
            is_more = most > best[channel]
            at[channel] = np.int32(place) if is_more else at[channel]
            best[channel] = most if is_more else best[channel]
        place += 4
    for last in range(place, stop):
        one = rows[last]
        for channel in range(len(best)):
            is_more = one[channel] > best[channel]
            at[channel] = np.int32(last) if is_more else at[channel]
            best[channel] = one[channel] if is_more else best[channel]


@compiled
def _sink(rows: Array, start: int, stop: int, low: Array, zeros: Array) -> None:
    """The smallest values, and how many are 0."""
    place = start
    while place + 4 <= stop:
        one, two, three, four = rows[place], rows[place + 1], rows[place + 2], rows[place + 3]
        for channel in range(len(low)):
            left = one[channel] if one[channel] < two[channel] else two[channel]
            right = three[channel] if three[channel] < four[channel] else four[channel]
            least = left if left < right else right
            low[channel] = least if least < low[channel] else low[channel]
        for channel in range(len(zeros)):
            a, b = np.int32(one[channel] == 0), np.int32(two[channel] == 0)
            c, d = np.int32(three[channel] == 0), np.int32(four[channel] == 0)
            zeros[channel] += np.int32(np.int32(a + b) + np.int32(c + d))
        place += 4
    for last in range(place, stop):
        one = rows[last]
        for channel in range(len(low)):
            low[channel] = one[channel] if one[channel] < low[channel] else low[channel]
            zeros[channel] += np.int32(one[channel] == 0)


@compiled
def _some(
    column: Array,
    image: int,
    channel: int,
    sums: Array,
    squares: Array,
    low: Array,
    best: Array,
    at: Array,
    counts: Array,
) -> None:
    """The same of a channel some of whose values are not finite: these are left out."""
    total, count, least, most, where = 0.0, 0, np.float32(np.inf), np.float32(-np.inf), 0
    for place in range(len(column)):
        value = column[place]
        if np.isfinite(value):
            total += value
            count += 1
            least = min(least, value)
            if value > most:
                most, where = value, place
    mean, apart = total / max(1, count), 0.0
    for place in range(len(column)):
        if np.isfinite(column[place]):
            apart += (column[place] - mean) ** 2
    sums[image, channel], squares[image, channel], counts[image, channel] = total, apart, count
    low[image, channel], best[image, channel], at[image, channel] = least, most, where


@compiled
def merge_images(
    sums: Array, squares: Array, low: Array, best: Array, zeros: Array, counts: Array, whole: Array, many: Array
) -> None:
    """Take images into what is known of all before, image by image (Chan, Golub and LeVeque 1979, equation 2.1).

    Parameters
    ----------
    sums, squares, low, best, zeros, counts : of each image and channel, as `look_at` gives them.
    whole : (4, channels) float64: smallest, greatest, mean, and sum of squared deviations.
    many : (2, channels) int64: how many values were finite, and how many 0.
    """
    for image in range(len(sums)):
        for channel in range(sums.shape[1]):
            count = counts[image, channel]
            if count == 0:
                continue
            together = many[0, channel] + count
            apart = sums[image, channel] / count - whole[2, channel]
            share = count / together
            whole[3, channel] += squares[image, channel] + apart * apart * share * many[0, channel]
            whole[2, channel] += apart * share
            whole[0, channel] = min(whole[0, channel], low[image, channel])
            whole[1, channel] = max(whole[1, channel], best[image, channel])
            many[0, channel] = together
            many[1, channel] += zeros[image, channel]


@compiled
def keep_strongest(best: Array, at: Array, values: Array, rows: Array, places: Array) -> None:
    """Sort images into the strongest of each channel: the greatest first, of equal ones the one that came first.

    Parameters
    ----------
    best, at : (n, channels), the greatest value of each image, where it is finite, and its place.
    values, rows, places : (channels, K) float32, int64 and int64, to be filled in. `rows` are -1 where there is none.
    """
    most = values.shape[1]
    for row in range(len(best)):
        for channel in range(best.shape[1]):
            value = best[row, channel]
            if not np.isfinite(value) or (rows[channel, most - 1] >= 0 and not value > values[channel, most - 1]):
                continue
            rank = most - 1
            while rank > 0 and (rows[channel, rank - 1] < 0 or value > values[channel, rank - 1]):
                values[channel, rank] = values[channel, rank - 1]
                rows[channel, rank] = rows[channel, rank - 1]
                places[channel, rank] = places[channel, rank - 1]
                rank -= 1
            values[channel, rank], rows[channel, rank], places[channel, rank] = value, row, at[row, channel]
