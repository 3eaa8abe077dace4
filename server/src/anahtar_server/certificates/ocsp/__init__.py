"""Status answers (ÇiSDuP): RFC 6960, signed before anyone asks as RFC 5019 describes."""
