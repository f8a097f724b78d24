  # Shapes: B batch, T tokens, H heads, Dh head size, D width, V vocabulary. An optional tensor is a list of none or one.

  def linear(self, x: Tensor, weight: Tensor, bias: List[Tensor]) -> Tensor:
    if len(bias) == 0:
      return torch.linear(x, weight)
    return torch.linear(x, weight, bias[0])

  def mixed_linear(self, x: Tensor, weight: Tensor, bias: List[Tensor]) -> Tensor:
    # in bf16; weight and bias get their gradients in their own precision
    if len(bias) == 0:
      return torch.linear(torch.to(x, 15), torch.to(weight, 15))
    return torch.linear(torch.to(x, 15), torch.to(weight, 15), torch.to(bias[0], 15))

  def embedding(self, ids: Tensor, table: Tensor) -> Tensor:
    return torch.embedding(table, ids)

  def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    # in fp32 whatever the input's precision, which libtorch does by itself where all have one; the result has the input's
    if ops.prim.dtype(x) == ops.prim.dtype(weight):
      return torch.layer_norm(x, [torch.size(weight, 0)], weight, bias, eps)
    y = torch.layer_norm(torch.to(x, 6), [torch.size(weight, 0)], torch.to(weight, 6), torch.to(bias, 6), eps)
    return torch.type_as(y, x)

  def standardised(self, x: Tensor, eps: float) -> Tensor:
    # a layer norm without weight and bias, in fp32
    return torch.layer_norm(torch.to(x, 6), [torch.size(x, -1)], None, None, eps)

  def normed_linear(self, x: Tensor, weight: Tensor, bias: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    # linear(x * gain + shift): gain and shift get their gradients from that of the weight, not from that of x
    return torch.linear(torch.type_as(x, weight), torch.mul(weight, gain), torch.addmv(bias, weight, shift))

  def mixed_normed_linear(self, x: Tensor, weight: Tensor, bias: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return (self).mixed_linear(x, torch.mul(weight, gain), [torch.addmv(bias, weight, shift)])

  def rms_norm(self, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    # variance in fp32 (T5)
    x32 = torch.to(x, 6)
    y = torch.mul(x32, torch.rsqrt(torch.add(torch.mean(torch.pow(x32, 2), [-1], True), eps)))
    return torch.mul(weight, torch.type_as(y, x))

  def patch_embedding(self, pixels: Tensor, weight: Tensor, bias: List[Tensor]) -> Tensor:
    side = torch.size(weight, 2)
    typed = torch.type_as(pixels, weight)
    if len(bias) == 0:
      y = torch.conv2d(typed, weight, None, [side, side])
    else:
      y = torch.conv2d(typed, weight, bias[0], [side, side])
    return torch.transpose(torch.flatten(y, 2), 1, 2)

  def split_heads(self, x: Tensor, heads: int) -> Tensor:
    # (B, T, H * Dh) -> (B, H, T, Dh)
    return torch.transpose(torch.reshape(x, [torch.size(x, 0), torch.size(x, 1), heads, -1]), 1, 2)

  def attention(self, query: Tensor, key: Tensor, value: Tensor, mask: List[Tensor], scale: float, dropout: float) -> Tensor:
    # (B, H, Tq, Dh), (B, H, Tk, Dh) twice, additive mask broadcastable to (B, H, Tq, Tk) -> (B, Tq, H * Dh)
    if dropout > 0.:
      # libtorch fuses no dropout on CPUs, and draws it slowly
      scores = torch.matmul(torch.mul(query, scale), torch.transpose(key, -2, -1))
      if len(mask) != 0:
        scores = torch.add_(scores, torch.type_as(mask[0], query))
      weights = (self).dropout(torch.softmax(scores, -1, 6), dropout)
      y = torch.matmul(torch.type_as(weights, value), value)
    elif len(mask) == 0:
      y = torch.scaled_dot_product_attention(query, key, value, None, 0., False, scale=scale)
    else:
      y = torch.scaled_dot_product_attention(query, key, value, torch.type_as(mask[0], query), 0., False, scale=scale)
    return torch.flatten(torch.transpose(y, 1, 2), 2)

  def gelu(self, x: Tensor) -> Tensor:
    return torch.gelu(x)

  def gelu_tanh(self, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")

  def quick_gelu(self, x: Tensor) -> Tensor:
    return torch.mul(x, torch.sigmoid_(torch.mul(x, 1.702)))

  def relu(self, x: Tensor) -> Tensor:
    return torch.relu(x)

  def dropout_factors(self, x: Tensor, probability: float) -> Tensor:
    # Of x's shape, in fp32 (16 bits would round the factor): 0 with the probability, rounded to 1 / 65536, otherwise what keeps the mean. 16 random bits decide on a value: they
    # come at a quarter of the price of libtorch's own bernoulli, which draws a double for each, in one thread.
    dropped = int(torch.add(torch.mul(probability, 65536.), 0.5))
    threshold = torch.mul(torch.sub(dropped, 32768), 281474976710656)
    words = torch.floordiv(torch.add(torch.numel(x), 3), 4)
    bits = torch.empty([words], dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None)
    bits = torch.random_(bits, torch.sub(-9223372036854775807, 1), None)
    first = torch.ge(bits, threshold)
    bits = torch.bitwise_left_shift_(bits, 16)
    second = torch.ge(bits, threshold)
    bits = torch.bitwise_left_shift_(bits, 16)
    third = torch.ge(bits, threshold)
    bits = torch.bitwise_left_shift_(bits, 16)
    drawn = torch.slice(torch.cat([first, second, third, torch.ge(bits, threshold)], 0), 0, 0, torch.numel(x), 1)
    factor = torch.div(65536., float(torch.sub(65536, dropped)))
    return torch.view(torch.mul_(torch.to(drawn, 6), factor), torch.size(x))

  def dropout(self, x: Tensor, probability: float) -> Tensor:
    return torch.mul(x, (self).dropout_factors(x, probability))

  def unit_length(self, x: Tensor) -> Tensor:
    # along the last axis, in fp32
    x32 = torch.to(x, 6)
    return torch.div(x32, torch.clamp_min(torch.norm(x32, 2, [-1], True), 1e-12))

  def scale(self, x: Tensor, factor: float) -> Tensor:
    return torch.mul(x, factor)

  def type_as(self, x: Tensor, other: Tensor) -> Tensor:
    return torch.type_as(x, other)

  def to_fp32(self, x: Tensor) -> Tensor:
    return torch.to(x, 6)

  def concatenate(self, parts: List[Tensor], axis: int) -> Tensor:
    return torch.cat(parts, axis)

  def expand_rows(self, x: Tensor, rows: int) -> Tensor:
    # (1, ...) -> (rows, ...)
    sizes = torch.size(x)
    sizes[0] = rows
    return torch.expand(x, sizes)

  def select_rows(self, x: Tensor, rows: Tensor) -> Tensor:
    return torch.index_select(x, 0, rows)

  def add_to_rows(self, x: Tensor, places: Tensor, added: Tensor) -> None:
    _0 = torch.index_add_(x, 0, places, added)

  def slice(self, x: Tensor, axis: int, start: int, end: int) -> Tensor:
    return torch.slice(x, axis, start, end, 1)

  def reshape(self, x: Tensor, shape: List[int]) -> Tensor:
    return torch.reshape(x, shape)

  def patches(self, pixels: Tensor, side: int) -> Tensor:
    # (B, C, S, S) -> (B, (S / P)^2, C * P * P), patches row by row
    y = torch.unfold(torch.unfold(pixels, 2, side, side), 3, side, side)
    return torch.flatten(torch.flatten(torch.permute(y, [0, 2, 3, 1, 4, 5]), 3), 1, 2)
