"""Makes the fixtures of the image tests. Versions used: Pillow 13.0.0, NumPy 2.4.6.

    python make_fixtures.py

resize.bin holds cases, each: source width and height, crop left, top, width, height, target width and height (8 int32,
big-endian), the source's bytes, Pillow's result.
"""
import struct
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
random = np.random.default_rng(7)


def resize_cases():
    cases = [
        (37, 29, (0, 0, 37, 29), 16, 16),
        (16, 16, (0, 0, 16, 16), 37, 29),
        (64, 5, (0, 0, 64, 5), 7, 9),
        (1, 1, (0, 0, 1, 1), 8, 8),
        (40, 40, (3, 5, 30, 21), 24, 24),
        (24, 30, (0, 0, 24, 30), 24, 12),
        (24, 30, (0, 0, 24, 30), 9, 30),
        (50, 3, (7, 1, 40, 1), 4, 4),
        (20, 60, (0, 0, 20, 60), 12, 43),  # Pillow 13 resizes columns first, and in the next case rows
        (20, 60, (0, 0, 20, 60), 12, 44),
        (20, 60, (0, 0, 20, 60), 25, 59),
        (30, 50, (5, 1, 20, 47), 12, 9),
        (30, 50, (5, 1, 20, 47), 20, 9),
    ]
    with open(HERE / "resize.bin", "wb") as out:
        for width, height, (left, top, w, h), to_width, to_height in cases:
            pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
            pixels[: height // 2, : width // 2] //= 200  # edges, where the kernel overshoots
            image = Image.fromarray(pixels).crop((left, top, left + w, top + h))
            resized = np.asarray(image.resize((to_width, to_height), Image.Resampling.BICUBIC))
            out.write(struct.pack(">8i", width, height, left, top, w, h, to_width, to_height))
            out.write(pixels.tobytes())
            out.write(resized.tobytes())


def on_white(image):
    rgba = image.convert("RGBA")
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(rgba.convert("RGB"), mask=rgba.getchannel("A"))
    return np.asarray(white)


def formats():
    pixels = random.integers(0, 256, (6, 9, 4), dtype=np.uint8)
    rgba = Image.fromarray(pixels)
    rgb = Image.fromarray(pixels[:, :, :3])
    images = {
        "rgba.png": rgba,
        "rgb.png": rgb,
        "palette.png": rgb.quantize(7),
        "grey.png": rgb.convert("L"),
        "grey-alpha.png": rgba.convert("LA"),
        "bits.png": rgb.convert("1"),
        "rgb.bmp": rgb,
        "palette.gif": rgb.quantize(7),
    }
    for name, image in images.items():
        image.save(HERE / name)
        (HERE / (name + ".rgb")).write_bytes(on_white(Image.open(HERE / name)).tobytes())
    big = random.integers(0, 65536, (4, 5), dtype=np.uint16)
    Image.fromarray(big).save(HERE / "grey16.png")
    (HERE / "grey16.png.rgb").write_bytes(np.repeat((big >> 8).astype(np.uint8), 3).tobytes())
    x = np.linspace(0, 255, 48)
    smooth = np.stack([np.tile(x, (32, 1)), np.tile(255 - x, (32, 1)), np.full((32, 48), 90.0)], -1).astype(np.uint8)
    Image.fromarray(smooth).save(HERE / "smooth.jpg", quality=95)
    (HERE / "smooth.jpg.rgb").write_bytes(np.asarray(Image.open(HERE / "smooth.jpg")).tobytes())
    Image.fromarray(smooth[:, :, 0]).save(HERE / "grey.jpg", quality=95)
    (HERE / "grey.jpg.rgb").write_bytes(np.asarray(Image.open(HERE / "grey.jpg").convert("RGB")).tobytes())


resize_cases()
formats()
