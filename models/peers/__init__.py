"""Other engines that run a checkpoint's weights, to compare with."""
