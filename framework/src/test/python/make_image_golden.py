"""Images and what the reference makes of them, for ImageParityTest.

    python make_image_golden.py                     # the small files that are committed
    python make_image_golden.py --photographs DIR   # whole photographs, for docs/results/image-processing.md

Versions used: transformers 5.23.0, torch 2.7.1, torchvision 0.22.1, Pillow 13.0.0, NumPy 2.4.6, opencv-python-headless
5.0.0, scikit-image 0.26.0 and scikit-learn 1.9.1 (the last two for their photographs).

IMAGE.REFERENCE.S.rgb holds S * S * 3 bytes: the reference's pixel values with the normalisation undone, which are whole
numbers of 1/255. References: blip-pil, blip-torchvision, clip-pil, clip-torchvision (transformers' image processors on an
opened image that was turned as its EXIF says) and lavis (its evaluation transform).
"""
import argparse
import importlib.util
import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import torchvision.transforms as T
from PIL import Image, ImageOps
from torchvision.transforms.functional import InterpolationMode
from transformers import BlipImageProcessor, CLIPImageProcessor
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "resources/dev/querent/image/parity"
MEAN = np.array([0.48145466, 0.4578275, 0.40821073])
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711])


# --- references


def processed(processor, image):
    return np.asarray(processor(images=image, return_tensors="np")["pixel_values"][0])


def lavis(path, side):
    transform = T.Compose([
        T.Resize((side, side), interpolation=InterpolationMode.BICUBIC),
        T.ToTensor(),
        T.Normalize(MEAN, DEVIATION),
    ])
    return transform(Image.open(path).convert("RGB")).numpy()


def reference(name, path, side):
    if name == "lavis":
        return lavis(path, side)
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "I;16":  # Pillow would clip to 255: nearly all of the picture would be white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    square = {"height": side, "width": side}
    if name.startswith("blip"):
        kind = BlipImageProcessorPil if name == "blip-pil" else BlipImageProcessor
        return processed(kind(size=square), image)
    kind = CLIPImageProcessorPil if name == "clip-pil" else CLIPImageProcessor
    return processed(kind(size={"shortest_edge": side}, crop_size=square), image)


def write(path, names, sides):
    for name in names:
        for side in sides:
            pixels = reference(name, path, side).transpose(1, 2, 0)
            values = (pixels * DEVIATION + MEAN) * 255
            rounded = np.rint(values)
            assert np.abs(values - rounded).max() < 1e-3, (path, name)
            path.with_name(f"{path.name}.{name}.{side}.rgb").write_bytes(rounded.astype(np.uint8).tobytes())


# --- PNG as Pillow can't write it


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(pixels, path, colour, interlaced=False, chunks=()):
    """pixels (H, W) or (H, W, C), uint8 or big-endian uint16; colour as the PNG header numbers it."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def rows(part):
        return b"".join(b"\0" + row.tobytes() for row in part)

    if interlaced:
        passes = [pixels[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b"".join(rows(part) for part in passes if part.size)
    else:
        data = rows(pixels)
    depth = pixels.dtype.itemsize * 8
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, colour, 0, 0, interlaced)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in chunks)
                     + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def sixteen(pixels):
    """Every low byte differs from its high byte, so that taking the wrong one shows."""
    return (pixels.astype(np.uint16) * 256 + (pixels.astype(np.uint16) * 7 + 13) % 256).astype(">u2")


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


# --- JPEG


def jpegs(photo, folder):
    photo.save(folder / "444.jpg", quality=90, subsampling="4:4:4")
    photo.save(folder / "422.jpg", quality=85, subsampling="4:2:2")
    photo.save(folder / "420.jpg", quality=85, subsampling="4:2:0")
    photo.save(folder / "progressive.jpg", quality=85, subsampling="4:2:0", progressive=True)
    photo.save(folder / "rgb.jpg", quality=90, keep_rgb=True)
    data = (folder / "444.jpg").read_bytes()
    length = struct.unpack(">H", data[4:6])[0]
    (folder / "no-jfif.jpg").write_bytes(data[:2] + data[4 + length:])  # as cameras write
    for name in ["440", "411"]:  # Pillow doesn't write these
        kind = getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{name}")
        bgr = np.ascontiguousarray(np.asarray(photo)[..., ::-1])
        content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, kind, cv2.IMWRITE_JPEG_QUALITY, 90])[1]
        (folder / f"{name}.jpg").write_bytes(content.tobytes())
    photo.convert("L").save(folder / "grey.jpg", quality=90)
    cmyk(photo, folder)


def cmyk(photo, folder):
    rgb = np.asarray(photo).astype(int)
    black = (255 - rgb.max(-1)) // 2
    scale = 255 - black
    inks = (scale[..., None] - rgb) * 255 // np.maximum(scale, 1)[..., None]
    image = Image.fromarray(np.concatenate([inks, black[..., None]], -1).astype(np.uint8), mode="CMYK")
    image.save(folder / "cmyk.jpg", quality=90)
    # YCCK: the same with the inks' complement as luminance and colour; Pillow only writes CMYK, so the Adobe marker
    # is told what the channels are.
    ycc = np.asarray(Image.fromarray((255 - inks).astype(np.uint8)).convert("YCbCr"))
    channels = np.concatenate([255 - ycc, black[..., None].astype(np.uint8)], -1)
    content = io.BytesIO()
    Image.fromarray(channels, mode="CMYK").save(content, "JPEG", quality=90)
    data = bytearray(content.getvalue())
    at = data.index(b"Adobe")
    data[at + 11] = 2
    (folder / "ycck.jpg").write_bytes(data)


# --- the rest


def lossless(photo, folder):
    rgb = np.asarray(photo)
    alpha = np.add.outer(np.arange(rgb.shape[0]) * 3, np.arange(rgb.shape[1]) * 2).clip(0, 255).astype(np.uint8)
    rgba = Image.fromarray(np.dstack([rgb, alpha]))
    photo.save(folder / "rgb.png")
    rgba.save(folder / "rgba.png")
    photo.convert("L").save(folder / "grey.png")
    rgba.convert("LA").save(folder / "grey-alpha.png")
    photo.convert("1").save(folder / "one-bit.png")
    photo.quantize(4).save(folder / "palette-2-bits.png")
    photo.quantize(200).save(folder / "palette.png")
    photo.quantize(200).save(folder / "palette-transparent.png", transparency=17)
    photo.quantize(200).save(folder / "palette-alpha.png", transparency=bytes(range(200)))
    photo.quantize(200).save(folder / "palette.gif")
    photo.quantize(200).save(folder / "transparent.gif", transparency=17)
    photo.save(folder / "rgb.bmp")
    photo.quantize(200).save(folder / "palette.bmp")
    photo.save(folder / "turned.png", exif=orientation(6))
    png(rgb, folder / "interlaced.png", 2, interlaced=True)
    png(sixteen(rgb), folder / "rgb-16-bits.png", 2)
    png(sixteen(rgb[..., 1]), folder / "grey-16-bits.png", 0)
    png(sixteen(np.dstack([rgb, alpha])), folder / "rgba-16-bits.png", 6)
    key = bytes(v for c in rgb[5, 7] for v in (0, c))
    png(rgb, folder / "rgb-keyed.png", 2, chunks=[(b"tRNS", key)])
    png(rgb[..., 1], folder / "grey-keyed.png", 0, chunks=[(b"tRNS", b"\0" + bytes([rgb[5, 7, 1]]))])


def sample(package, name):
    """A photograph that comes with a package; the package's own code and what it needs are not."""
    return Image.open(Path(importlib.util.find_spec(package).submodule_search_locations[0]) / name).convert("RGB")


def committed():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for old in FIXTURES.iterdir():
        old.unlink()
    astronaut = sample("skimage", "data/astronaut.png")  # NASA, public domain
    photo = astronaut.crop((100, 0, 391, 225)).resize((65, 49), Image.Resampling.LANCZOS)
    lossless(photo, FIXTURES)
    for path in sorted(FIXTURES.iterdir()):
        write(path, ["blip-pil"], [31])
    photo.transpose(Image.Transpose.ROTATE_90).crop((0, 0, 27, 65)).save(FIXTURES / "tall.png")
    for name in ["rgb.png", "tall.png"]:
        write(FIXTURES / name, ["blip-torchvision", "clip-pil", "clip-torchvision", "lavis"], [31, 70])
    before = set(FIXTURES.iterdir())
    jpegs(photo, FIXTURES)
    for value in range(1, 9):
        photo.resize((48, 33)).save(FIXTURES / f"turned-{value}.jpg", quality=90, exif=orientation(value))
    for path in sorted(set(FIXTURES.iterdir()) - before):
        write(path, ["blip-pil"], [31])
    photo.resize((16, 12)).save(FIXTURES / "photo.webp")
    photo.resize((16, 12)).save(FIXTURES / "photo.tiff")


def photographs(folder):
    photos = {name.split(".")[0]: sample("skimage", f"data/{name}") for name in
              ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg", "hubble_deep_field.jpg"]}
    photos |= {name: sample("sklearn", f"datasets/images/{name}.jpg") for name in ["china", "flower"]}
    photos["small"] = photos["chelsea"].crop((120, 60, 251, 157))
    photos["tall"] = photos["rocket"].crop((200, 0, 420, 427))
    everything = ["blip-pil", "blip-torchvision", "clip-pil", "clip-torchvision", "lavis"]
    for name, photo in photos.items():
        part = folder / name
        part.mkdir(parents=True, exist_ok=True)
        jpegs(photo, part)
        photo.save(part / "rgb.png")
        for path in sorted(part.glob("*.png")) + sorted(part.glob("*.jpg")):
            write(path, everything, [224])
            path.rename(folder / f"{name}-{path.name}")
        for path in part.glob("*.rgb"):
            path.rename(folder / f"{name}-{path.name}")
        part.rmdir()


arguments = argparse.ArgumentParser()
arguments.add_argument("--photographs", type=Path)
chosen = arguments.parse_args()
if chosen.photographs:
    photographs(chosen.photographs)
else:
    committed()
