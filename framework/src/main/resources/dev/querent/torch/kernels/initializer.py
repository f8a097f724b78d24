  def normal(self, x: Tensor, std: float) -> None:
    _0 = torch.normal_(x, 0., std)

  def uniform(self, x: Tensor, bound: float) -> None:
    _0 = torch.uniform_(x, torch.neg(bound), bound)

  def fill(self, x: Tensor, value: float) -> None:
    _0 = torch.fill_(x, value)

  def copy(self, target: Tensor, source: Tensor) -> None:
    _0 = torch.copy_(target, source)

  def to_float32(self, x: Tensor) -> Tensor:
    return torch.to(x, 6)

  def to_bfloat16(self, x: Tensor) -> Tensor:
    return torch.to(x, 15)

  def copied(self, x: Tensor, type: int) -> Tensor:
    # always of its own memory
    return torch.to(x, type, False, True)

  def mapped(self, file: str, elements: int, type: int) -> Tensor:
    # private: what is written to it never reaches the file
    return torch.from_file(file, False, elements, dtype=type, layout=None, device=None, pin_memory=None)

  def part(self, x: Tensor, start: int, end: int, shape: List[int]) -> Tensor:
    return torch.view(torch.slice(x, 0, start, end, 1), shape)

  def contiguous(self, x: Tensor) -> Tensor:
    return torch.tensor(torch.is_contiguous(x), dtype=None, device=None)

  def flat_part(self, x: Tensor, start: int, end: int) -> Tensor:
    return torch.slice(torch.view(x, [-1]), 0, start, end, 1)

  def requires_gradient(self, x: Tensor) -> Tensor:
    return torch.tensor(ops.prim.requires_grad(x), dtype=None, device=None)
