"""What others' acoustic sensing costs on the audio that Calmline's was measured on.

Usage: sense.py SPEECH, 16-bit PCM at 8 kHz, one channel. Prints one JSON line: CPU-seconds per hour of that audio.
Measurement only: neither package is part of the product (openSMILE's licence forbids commercial use).
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

RATE = 8_000
# openSMILE's own start-up is not what is measured; a minute warms up, the rest counts.
WARM_UP = 60 * RATE


def per_hour(work, audio):
    work(audio[:WARM_UP])
    began = time.process_time()
    work(audio)
    return (time.process_time() - began) * 3600 * RATE / len(audio)


def opensmile(audio):
    import opensmile as library

    smile = library.Smile(library.FeatureSet.eGeMAPSv02, library.FeatureLevel.Functionals)
    return per_hour(lambda part: smile.process_signal(part, RATE), audio)


def silero(audio):
    import importlib.util

    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    folder = Path(importlib.util.find_spec("silero_vad").submodule_search_locations[0])
    session = onnxruntime.InferenceSession(folder / "data" / "silero_vad.onnx", options)
    window, context = 256, 32

    def work(part):
        state = np.zeros((2, 1, 128), dtype=np.float32)
        heard = np.zeros((1, context + window), dtype=np.float32)
        for start in range(0, len(part) - window + 1, window):
            heard[0, :context] = heard[0, -context:]
            heard[0, context:] = part[start : start + window]
            _, state = session.run(None, {"input": heard, "state": state, "sr": np.array(RATE, dtype=np.int64)})

    return per_hour(work, audio)


def measured(peer, audio):
    try:
        return round(peer(audio), 2)
    except ImportError as error:
        print(f"{peer.__name__} cannot be measured: {error}", file=sys.stderr)
        return None


def main():
    audio = np.fromfile(sys.argv[1], dtype="<i2").astype(np.float32) / 32_768
    figures = {
        "opensmile_cpu_s_per_hour": measured(opensmile, audio),
        "silero_cpu_s_per_hour": measured(silero, audio),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
