package ai.laconic.runtime.inspect;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.safetensors.SafetensorsFile;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of the encoder, the adapter or the decoder.
 *
 * @param name of the folder
 * @param parameters numbers in its tensors, scales of quantised ones not counted
 * @param bytes size of its files with weights
 * @param dtypes data types that occur, the most frequent one first
 * @param loadedBytes memory outside the heap, and outside the page cache, once loaded on a CPU
 * @param mappedBytes tables of embeddings that stay mapped: in the page cache, row by row
 */
public record PartFacts(
    String name,
    long parameters,
    long bytes,
    List<String> dtypes,
    long loadedBytes,
    long mappedBytes) {
  private static final String EMBEDDING = "embed_tokens.weight";

  public PartFacts {
    dtypes = List.copyOf(dtypes);
  }

  static PartFacts encoder(ModelDirectory model) {
    return of(model, "encoder", model.encoderWeights(), false);
  }

  static PartFacts adapter(ModelDirectory model) {
    return of(model, "adapter", model.adapterWeights(), false);
  }

  static PartFacts decoder(ModelDirectory model) {
    return of(model, "decoder", model.decoderWeights(), model.decoder().tiedEmbeddings());
  }

  private static PartFacts of(
      ModelDirectory model, String name, WeightSet weights, boolean tiedOutput) {
    List<SafetensorsFile> files =
        model.weightFiles().stream()
            .filter(file -> file.location().startsWith(name + "/"))
            .toList();
    long loaded = 0;
    long mapped = 0;
    Map<Dtype, Long> counts = new EnumMap<>(Dtype.class);
    for (SafetensorsFile file : files) {
      for (Map.Entry<String, StoredTensor> entry : file.tensors().entrySet()) {
        StoredTensor tensor = entry.getValue();
        counts.merge(tensor.dtype(), tensor.values(), Long::sum);
        boolean table = entry.getKey().endsWith(EMBEDDING);
        mapped += table ? tensor.length() : 0;
        loaded += !table || tiedOutput ? loaded(tensor) : 0;
      }
    }
    List<String> dtypes =
        counts.entrySet().stream()
            .sorted(Map.Entry.<Dtype, Long>comparingByValue().reversed())
            .map(entry -> entry.getKey().name())
            .toList();
    long bytes = files.stream().mapToLong(SafetensorsFile::size).sum();
    return new PartFacts(name, weights.parameters(), bytes, dtypes, loaded, mapped);
  }

  /** Floats are packed as 32-bit floats for the matrix product; whole numbers stay as they are. */
  private static long loaded(StoredTensor tensor) {
    return switch (tensor.dtype()) {
      case F32, BF16, F16 -> tensor.values() * Float.BYTES;
      default -> tensor.length();
    };
  }
}
