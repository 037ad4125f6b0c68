package ai.laconic.runtime.model;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.safetensors.SafetensorsException;
import ai.laconic.runtime.safetensors.SafetensorsFile;
import ai.laconic.runtime.safetensors.SafetensorsFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint directory in the published layout, checked. Safe for use by many threads.
 *
 * <p>The files must stay as they are while the object lives: sessions map the weights.
 */
public final class ModelDirectory {
  private static final String ENCODER = "encoder/";
  private static final String DECODER = "decoder/";
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String QUANTIZATION = "quantization_config";
  private static final String WEIGHTS = "model.safetensors";
  private static final String ADAPTER_WEIGHTS = "adapter.safetensors";

  private final Layout layout;
  private final LatentConfig latents;
  private final Qwen3Config encoder;
  private final Qwen3Config decoder;
  private final MemoryTokens memoryTokens;
  private final Set<Integer> endOfSequenceIds;
  private final WeightSet encoderWeights;
  private final WeightSet decoderWeights;
  private final WeightSet adapterWeights;
  private final Map<String, Path> files;
  private final List<SafetensorsFile> weightFiles;
  private final boolean quantized;

  /** Computed on first use; reading gigabytes is not worth it for a directory that is refused. */
  private @Nullable ModelFingerprint fingerprint;

  /**
   * Opens a directory, or the {@code checkpoint_N} with the largest number in it.
   *
   * @throws ModelDirectoryException if it can't be served
   */
  public static ModelDirectory open(Path directory) throws ModelDirectoryException {
    requireNonNull(directory, "directory");
    try {
      return new ModelDirectory(Layout.of(directory));
    } catch (SafetensorsException e) {
      throw new ModelDirectoryException(e);
    } catch (IOException e) {
      throw new ModelDirectoryException(directory.toString(), "", e.toString(), "readable files");
    }
  }

  private ModelDirectory(Layout layout)
      throws IOException, ModelDirectoryException, SafetensorsException {
    this.layout = layout;
    latents = LatentConfig.of(JsonFile.read(layout.modelConfig(), LatentConfig.FILE));
    JsonFile encoderConfig = layout.json(ENCODER + CONFIG);
    encoder = Qwen3ConfigReader.read(encoderConfig);
    if (latents.windowTokens() > encoder.maxPositions()) {
      throw new ModelDirectoryException(
          LatentConfig.FILE,
          "encoder_window_size",
          Integer.toString(latents.windowTokens()),
          "at most max_position_embeddings " + encoder.maxPositions() + " of encoder/config.json");
    }
    JsonFile decoderConfig = layout.json(DECODER + CONFIG);
    decoder = Qwen3ConfigReader.read(decoderConfig);
    quantized =
        encoderConfig.get(QUANTIZATION).isPresent() || decoderConfig.get(QUANTIZATION).isPresent();
    tokens(ENCODER).checkFits(encoder.vocabularySize());
    SpecialTokens decoderTokens = tokens(DECODER);
    decoderTokens.checkFits(decoder.vocabularySize());
    memoryTokens = MemoryTokens.of(decoderTokens);
    endOfSequenceIds =
        EndOfSequence.ids(
            layout.jsonIfThere(DECODER + "generation_config.json"),
            decoderConfig,
            layout.jsonIfThere(DECODER + "tokenizer_config.json"),
            decoderTokens,
            decoder.vocabularySize());

    SafetensorsFolder encoderFolder = folder("encoder", WEIGHTS);
    SafetensorsFolder decoderFolder = folder("decoder", WEIGHTS);
    SafetensorsFolder adapterFolder = folder("adapter", ADAPTER_WEIGHTS);
    encoderWeights =
        WeightSet.of(
            encoderFolder,
            ENCODER + WEIGHTS,
            ExpectedShapes.stack(encoder),
            QuantisationReader.read(encoderConfig));
    decoderWeights =
        WeightSet.of(
            decoderFolder,
            DECODER + WEIGHTS,
            ExpectedShapes.stackWithOutput(decoder),
            QuantisationReader.read(decoderConfig));
    adapterWeights =
        WeightSet.of(
            adapterFolder,
            "adapter/" + ADAPTER_WEIGHTS,
            ExpectedShapes.adapter(pooledWidth(), latentWidth()),
            Quantisation.none());

    files = new LinkedHashMap<>(layout.textFiles());
    List<SafetensorsFile> opened = new ArrayList<>();
    for (SafetensorsFolder folder : List.of(encoderFolder, decoderFolder, adapterFolder)) {
      if (!folder.index().isEmpty()) {
        files.put(folder.index(), layout.file(folder.index()));
      }
      for (SafetensorsFile file : folder.files()) {
        files.put(file.location(), layout.file(file.location()));
        opened.add(file);
      }
    }
    weightFiles = List.copyOf(opened);
  }

  private SpecialTokens tokens(String part) throws IOException, ModelDirectoryException {
    return SpecialTokens.read(layout.file(part + TOKENIZER), part + TOKENIZER);
  }

  private SafetensorsFolder folder(String part, String name)
      throws IOException, SafetensorsException {
    return SafetensorsFolder.open(layout.root(), part, name);
  }

  /** Returns the directory with encoder, decoder and adapter; locations of weights start there. */
  public Path path() {
    return layout.root();
  }

  /** Returns the directory's name; for a {@code checkpoint_N} that of its parent. */
  public String name() {
    return layout.name();
  }

  /**
   * Returns the digest of configs, tokenizers and weights. The first call reads all of them.
   *
   * @throws java.io.UncheckedIOException if a file can't be read
   */
  public synchronized ModelFingerprint fingerprint() {
    ModelFingerprint known = fingerprint;
    if (known == null) {
      known = Fingerprinter.of(files);
      fingerprint = known;
    }
    return known;
  }

  /** Returns how many tokens a latent stands for. */
  public CompressionRatio ratio() {
    return latents.ratio();
  }

  /** Returns how many tokens the encoder reads at once, at most. */
  public int windowTokens() {
    return latents.windowTokens();
  }

  /** Returns what the adapter reads of a group's encoder states. */
  public Pooling pooling() {
    return latents.pooling();
  }

  /** Returns the values that the adapter reads of a group. */
  public int pooledWidth() {
    return latents.pooling().places(latents.ratio()) * encoder.hiddenSize();
  }

  /** Returns the shape of the encoder. */
  public Qwen3Config encoder() {
    return encoder;
  }

  /** Returns the shape of the decoder. */
  public Qwen3Config decoder() {
    return decoder;
  }

  /** Returns the values in one latent: the decoder's width. */
  public int latentWidth() {
    return decoder.hiddenSize();
  }

  /** Returns the decoder's ids for the tokens around and under latents. */
  public MemoryTokens memoryTokens() {
    return memoryTokens;
  }

  /** Returns the decoder's ids that end an answer; at least one. */
  public Set<Integer> endOfSequenceIds() {
    return endOfSequenceIds;
  }

  /** Returns {@code model_config.json}, which may lie beside the directory. */
  public Path configFile() {
    return layout.modelConfig();
  }

  /** Returns the encoder's {@code tokenizer.json}. */
  public Path encoderTokenizerFile() {
    return layout.file(ENCODER + TOKENIZER);
  }

  /** Returns the decoder's {@code tokenizer.json}. */
  public Path decoderTokenizerFile() {
    return layout.file(DECODER + TOKENIZER);
  }

  /** Returns the encoder's tensors. */
  public WeightSet encoderWeights() {
    return encoderWeights;
  }

  /** Returns the decoder's tensors. */
  public WeightSet decoderWeights() {
    return decoderWeights;
  }

  /** Returns the adapter's tensors. */
  public WeightSet adapterWeights() {
    return adapterWeights;
  }

  /** Returns the bytes of decoder cache that one position takes in the embedded engine (fp32). */
  public long decoderKvBytesPerToken() {
    return 2L * decoder.layers() * decoder.kvWidth() * Float.BYTES;
  }

  /** Returns the files with weights: those of the encoder, of the decoder and of the adapter. */
  public List<SafetensorsFile> weightFiles() {
    return weightFiles;
  }

  /** Returns the size of all files with weights in bytes. */
  public long weightBytes() {
    return weightFiles.stream().mapToLong(SafetensorsFile::size).sum();
  }

  /**
   * Returns the size of all files that the model is made of, in bytes.
   *
   * @throws java.io.UncheckedIOException if a file can't be read
   */
  public long bytes() {
    long bytes = 0;
    for (Path file : files.values()) {
      try {
        bytes += Files.size(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  /** Returns whether a config says that weights are stored in fewer bits than they were trained. */
  public boolean quantized() {
    return quantized;
  }

  @Override
  public String toString() {
    return name() + " (" + ratio() + ", " + path() + ")";
  }
}
