  def cross_entropy(self, logits: Tensor, targets: Tensor, ignored: int, smoothing: float) -> Tensor:
    # (..., V) and (...) -> (): the mean over the targets that are not ignored, in fp32
    flat = torch.to(torch.flatten(logits, 0, -2), 6)
    return torch.cross_entropy_loss(flat, torch.flatten(targets), None, 1, ignored, smoothing)

  def soft_cross_entropy(self, logits: Tensor, targets: Tensor) -> Tensor:
    # (B, N) and rows of probabilities (B, N) -> ()
    return torch.neg(torch.mean(torch.sum(torch.mul(targets, torch.log_softmax(torch.to(logits, 6), -1)), [-1])))

  def mean_square(self, prediction: Tensor, target: Tensor) -> Tensor:
    # two of one shape -> ()
    return torch.mean(torch.pow(torch.sub(torch.to(prediction, 6), target), 2))
