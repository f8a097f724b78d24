  # Shapes: B batch, T tokens, H heads, Dh head size, D width, V vocabulary. An optional tensor is a list of none or one.

  def linear(self, x: Tensor, weight: Tensor, bias: List[Tensor]) -> Tensor:
    if len(bias) == 0:
      return torch.linear(x, weight)
    return torch.linear(x, weight, bias[0])

  def embedding(self, ids: Tensor, table: Tensor) -> Tensor:
    return torch.embedding(table, ids)

  def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    # in fp32 whatever the input's precision; the result has the input's
    y = torch.layer_norm(torch.to(x, 6), [torch.size(weight, 0)], torch.to(weight, 6), torch.to(bias, 6), eps)
    return torch.type_as(y, x)

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
    if len(mask) == 0:
      y = torch.scaled_dot_product_attention(query, key, value, None, dropout, False, scale=scale)
    else:
      y = torch.scaled_dot_product_attention(query, key, value, torch.type_as(mask[0], query), dropout, False, scale=scale)
    return torch.flatten(torch.transpose(y, 1, 2), 2)

  def gelu(self, x: Tensor) -> Tensor:
    return torch.gelu(x)

  def gelu_tanh(self, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")

  def quick_gelu(self, x: Tensor) -> Tensor:
    return torch.mul(x, torch.sigmoid(torch.mul(x, 1.702)))

  def relu(self, x: Tensor) -> Tensor:
    return torch.relu(x)

  def dropout(self, x: Tensor, probability: float) -> Tensor:
    return torch.dropout(x, probability, True)

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

  def slice(self, x: Tensor, axis: int, start: int, end: int) -> Tensor:
    return torch.slice(x, axis, start, end, 1)

  def reshape(self, x: Tensor, shape: List[int]) -> Tensor:
    return torch.reshape(x, shape)

  def patches(self, pixels: Tensor, side: int) -> Tensor:
    # (B, C, S, S) -> (B, (S / P)^2, C * P * P), patches row by row
    y = torch.unfold(torch.unfold(pixels, 2, side, side), 3, side, side)
    return torch.flatten(torch.flatten(torch.permute(y, [0, 2, 3, 1, 4, 5]), 3), 1, 2)
