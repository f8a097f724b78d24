  def zero(self, tensors: List[Tensor]) -> None:
    torch._foreach_zero_(tensors)

  def copy(self, targets: List[Tensor], sources: List[Tensor]) -> None:
    # lists that a script builds itself would be copied to and thrown away: the arguments it has to be
    torch._foreach_copy_(targets, sources)

  def total_norm(self, gradients: List[Tensor]) -> Tensor:
    norms = torch._foreach_norm(gradients, 2)
    return torch.norm(torch.stack(norms, 0), 2)

  def scale(self, tensors: List[Tensor], factor: float) -> None:
    torch._foreach_mul_(tensors, factor)

  def fused_adamw(self, parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], variances: List[Tensor], steps: List[Tensor], rate: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
    torch._foreach_add_(steps, 1)
    torch._fused_adamw_(parameters, gradients, means, variances, annotate(List[Tensor], []), steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
