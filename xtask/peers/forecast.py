"""What LightGBM and statsforecast reach on the series, origins and horizons that Calmline's forecast is measured on.

Usage: forecast.py FILE, the paths of the series by name as JSON. Prints one JSON line: figures by series. Measurement only.
"""

import json
import os
import sys
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"
warnings.filterwarnings("ignore")

import lightgbm
import numpy as np
import pandas as pd

ORIGINS, STEP, HORIZONS = 8, 5, (1, 5, 10)


def series(path):
    """Counts by open day and interval."""
    rows = pd.read_csv(path, parse_dates=["timestamp"])
    rows["date"] = rows.timestamp.dt.normalize()
    rows["slot"] = rows.timestamp - rows.date
    table = rows.pivot(index="date", columns="slot", values="calls")
    return table.index, table.to_numpy()


def features(dates, counts, known):
    """Calendar, and the same interval on the last same weekdays. A day of the past is told what a forecast made one to ten
    days before it would have known, by turns, so that the model learns for all horizons."""
    slots = counts.shape[1]
    weekday = dates.dayofweek.to_numpy()
    gap = np.r_[1, np.diff(dates).astype("timedelta64[D]").astype(int)]
    blocks = []
    for day in range(len(dates)):
        end = known if day >= known else max(0, day - day * 7 % max(HORIZONS))
        before = [at for at in range(end) if weekday[at] == weekday[day]]
        last = counts[before[-8:]] if before else np.full((1, slots), np.nan)
        level = counts[max(0, end - 10) : end].sum(1).mean() if end else np.nan
        date = dates[day]
        calendar = [weekday[day], date.day, date.days_in_month - date.day, gap[day], level, last.sum(1).mean()]
        block = np.column_stack([np.arange(slots), last[-1], last.mean(0), last[-3:].mean(0)])
        blocks.append(np.hstack([block, np.tile(calendar, (slots, 1))]))
    return np.stack(blocks)


def gradient_boosting(dates, counts, known, ahead):
    x = features(dates[: known + ahead], counts, known)
    seen = x[15:known].reshape(-1, x.shape[2])
    how = {"objective": "poisson", "learning_rate": 0.03, "num_leaves": 31, "min_data_in_leaf": 40}
    data = lightgbm.Dataset(seen, counts[15:known].reshape(-1))
    model = lightgbm.train(how | {"num_threads": 1, "verbose": -1}, data, num_boost_round=400)
    return model.predict(x[known:].reshape(-1, x.shape[2])).reshape(ahead, -1)


def weekday_means(dates, counts, known, ahead):
    weekday = dates.dayofweek.to_numpy()
    same = [np.flatnonzero(weekday[:known] == weekday[day])[-8:] for day in range(known, known + ahead)]
    return np.stack([counts[days].mean(0) for days in same])


def decomposition(dates, counts, known, ahead):
    from statsforecast.models import MSTL, AutoETS

    slots = counts.shape[1]
    week = len(set(dates[:known].dayofweek))
    model = MSTL(season_length=[slots, slots * week], trend_forecaster=AutoETS(model="ZZN"))
    y = counts[:known].reshape(-1).astype(float)
    return np.maximum(model.forecast(y=y, h=ahead * slots)["mean"], 0).reshape(ahead, -1)


def measure(dates, counts, forecast):
    ahead = max(HORIZONS)
    missed = {horizon: [] for horizon in HORIZONS}
    began = time.process_time()
    for back in reversed(range(ORIGINS)):
        known = len(dates) - ahead - back * STEP
        said = forecast(dates, counts, known, ahead)
        for horizon in HORIZONS:
            missed[horizon].append(np.abs(said[:horizon] - counts[known : known + horizon]).mean())
    seconds = (time.process_time() - began) / ORIGINS
    return {horizon: float(np.mean(errors)) for horizon, errors in missed.items()}, seconds


def main():
    told = {}
    for name, source in json.load(open(sys.argv[1], encoding="utf-8")).items():
        dates, counts = series(source["path"])
        peers = [("lightgbm", gradient_boosting), ("weekdays", weekday_means)]
        # One decomposition takes a minute of processor time on the longer series.
        peers += [("mstl", decomposition)] if name == "bank" else []
        for peer, forecast in peers:
            try:
                errors, seconds = measure(dates, counts, forecast)
            except Exception as error:  # a peer that cannot run is left out
                print(f"{peer} on {name}: {error}", file=sys.stderr)
                continue
            told |= {f"{name}_{horizon}_{peer}": error for horizon, error in errors.items()}
            told[f"{name}_cpu_s_{peer}"] = seconds
    print(json.dumps(told))


main()
