package ai.laconic.runtime.verify;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.safetensors.SafetensorsFile;
import ai.laconic.runtime.safetensors.StoredTensor;
import ai.laconic.runtime.safetensors.TensorReader;
import java.io.IOException;
import java.util.Map;

/**
 * Reads every weight and refuses those that are no numbers: they pass every check of names and
 * shapes and make a model answer nonsense.
 *
 * @param tensors tensors that were read
 * @param values numbers in them
 */
record WeightScan(int tensors, long values) {
  private static final int PIECE = 1 << 18;

  static WeightScan of(ModelDirectory model) throws IOException, ModelDirectoryException {
    int tensors = 0;
    long values = 0;
    try (TensorReader reader = new TensorReader(model.path())) {
      for (SafetensorsFile file : model.weightFiles()) {
        for (Map.Entry<String, StoredTensor> entry : file.tensors().entrySet()) {
          scan(reader, entry.getKey(), entry.getValue());
          tensors++;
          values += entry.getValue().values();
        }
      }
    }
    return new WeightScan(tensors, values);
  }

  private static void scan(TensorReader reader, String name, StoredTensor tensor)
      throws IOException, ModelDirectoryException {
    if (!tensor.dtype().isFloating()) {
      // Whole numbers are finite.
      return;
    }
    for (long done = 0; done < tensor.values(); done += PIECE) {
      float[] piece = reader.floats(tensor, done, (int) Math.min(PIECE, tensor.values() - done));
      for (int i = 0; i < piece.length; i++) {
        if (!Float.isFinite(piece[i])) {
          throw new ModelDirectoryException(
              tensor.location(),
              name + "[" + (done + i) + "]",
              "NaN or infinite",
              "a finite number");
        }
      }
    }
  }
}
