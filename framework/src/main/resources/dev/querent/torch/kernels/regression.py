  # Shapes: n samples, D features, C targets, in fp64.

  def ridge_dual(self, x: Tensor, y: Tensor, penalty: float) -> Tensor:
    # (n, D) and (n, C) -> (n, C): the coefficients a of w = x^T a that minimise |x w - y|^2 + penalty |w|^2
    gram = torch.matmul(x, torch.t(x))
    eye = torch.eye(torch.size(x, 0), dtype=7, layout=None, device=ops.prim.device(x), pin_memory=None)
    return torch.cholesky_solve(y, torch.linalg_cholesky(torch.add(gram, torch.mul(eye, penalty))))

  def ridge_primal(self, x: Tensor, y: Tensor, penalty: float) -> Tensor:
    # (n, D) and (n, C) -> (D, C): w itself, for n > D
    gram = torch.matmul(torch.t(x), x)
    eye = torch.eye(torch.size(x, 1), dtype=7, layout=None, device=ops.prim.device(x), pin_memory=None)
    return torch.cholesky_solve(torch.matmul(torch.t(x), y), torch.linalg_cholesky(torch.add(gram, torch.mul(eye, penalty))))

