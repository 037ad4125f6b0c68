package ai.laconic.runtime.quantise;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.model.LinearWeight;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.quantise.QuantisedModel.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes a quantised copy of a model in the published layout. */
public final class ModelQuantiser {
  private static final String ENCODER = "encoder";
  private static final String DECODER = "decoder";
  private static final String ADAPTER = "adapter";
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String SAFETENSORS = ".safetensors";

  /** Endings of what is written anew; other weights would be copies that nobody reads. */
  private static final List<String> WEIGHT_ENDINGS =
      List.of(SAFETENSORS, ".safetensors.index.json", ".bin", ".pt", ".pth", ".onnx");

  private final ModelDirectory model;
  private final Path out;
  private final List<Part> parts = new ArrayList<>();

  private ModelQuantiser(ModelDirectory model, Path out) {
    this.model = model;
    this.out = out;
  }

  /**
   * Writes a copy, whole or not at all.
   *
   * @param source directory of a model with weights of floating-point numbers
   * @param encoder FLOAT or INT8: with fewer bits, many rows at once aren't computed any faster
   * @param decoder any precision; one of the two must not be FLOAT
   * @param target directory that doesn't exist; empty for one beside the source
   * @throws ModelDirectoryException if the source can't be served, or has been quantised before
   * @throws IllegalArgumentException if the target exists or the precisions make no sense
   */
  public static QuantisedModel write(
      Path source, Precision encoder, Precision decoder, Optional<Path> target)
      throws IOException, ModelDirectoryException {
    requireNonNull(source, "source");
    Scheme encoderScheme = Scheme.encoder(encoder);
    Scheme decoderScheme = Scheme.decoder(decoder);
    if (encoderScheme.isFloat() && decoderScheme.isFloat()) {
      throw new IllegalArgumentException(
          "encoder, decoder: float (expected: int8 or int4 for at least one of them)");
    }
    return write(
        ModelDirectory.open(source),
        encoderScheme,
        decoderScheme,
        target.orElseGet(() -> beside(source, encoder, decoder)));
  }

  static QuantisedModel write(ModelDirectory model, Scheme encoder, Scheme decoder, Path target)
      throws IOException, ModelDirectoryException {
    refuseQuantised(model.encoderWeights(), ENCODER);
    refuseQuantised(model.decoderWeights(), DECODER);
    Path path = target.toAbsolutePath().normalize();
    try (WholeDirectory directory = WholeDirectory.begin(path)) {
      ModelQuantiser quantiser = new ModelQuantiser(model, directory.path());
      quantiser.write(encoder, decoder);
      // What can't be served must not get the name.
      ModelDirectory.open(directory.path());
      directory.finish();
      return new QuantisedModel(path, quantiser.parts);
    }
  }

  private static Path beside(Path source, Precision encoder, Precision decoder) {
    Path directory = source.toAbsolutePath().normalize();
    String suffix = encoder == decoder ? "-" + encoder : "-" + encoder + "-" + decoder;
    return directory.resolveSibling(directory.getFileName() + suffix);
  }

  private static void refuseQuantised(WeightSet weights, String part)
      throws ModelDirectoryException {
    for (String name : weights.linearNames()) {
      if (!(weights.linear(name) instanceof LinearWeight.Floating)) {
        throw new ModelDirectoryException(
            part + "/" + CONFIG,
            "quantization_config",
            "quantised already",
            "no such field: the original, with weights of floating-point numbers");
      }
    }
  }

  private void write(Scheme encoder, Scheme decoder) throws IOException, ModelDirectoryException {
    copyFiles(model.path(), out, false);
    Path config = out.resolve(model.configFile().getFileName());
    if (!Files.exists(config)) {
      Files.copy(model.configFile(), config);
    }
    part(ENCODER, encoder, model.encoderWeights(), false);
    part(DECODER, decoder, model.decoderWeights(), model.decoder().tiedEmbeddings());
    adapter();
  }

  private void part(String name, Scheme scheme, WeightSet weights, boolean tiedOutput)
      throws IOException, ModelDirectoryException {
    Path from = model.path().resolve(name);
    Path to = Files.createDirectory(out.resolve(name));
    copyFiles(from, to, scheme.isFloat());
    if (!scheme.isFloat()) {
      PartPlan plan = PartPlan.of(weights, scheme.layers(), scheme.output(), tiedOutput);
      if (plan.layers().isEmpty()) {
        throw new ModelDirectoryException(
            name + "/" + CONFIG, "", "no layer that fits", scheme.layers().toString());
      }
      QuantisedConfig.write(from.resolve(CONFIG), plan, to.resolve(CONFIG));
      PartWriter.write(model.path(), plan, to.resolve(WEIGHTS));
    }
    parts.add(new Part(name, scheme.precision(), weightBytes(from), weightBytes(to)));
  }

  /** A latent comes out of the adapter, which has a few hundredths of the work and of the bytes. */
  private void adapter() throws IOException {
    Path from = model.path().resolve(ADAPTER);
    Path to = Files.createDirectory(out.resolve(ADAPTER));
    copyFiles(from, to, true);
    parts.add(new Part(ADAPTER, Precision.FLOAT, weightBytes(from), weightBytes(to)));
  }

  private static void copyFiles(Path from, Path to, boolean weights) throws IOException {
    for (Path file : files(from)) {
      String name = file.getFileName().toString();
      if (weights || WEIGHT_ENDINGS.stream().noneMatch(name::endsWith)) {
        Files.copy(file, to.resolve(name));
      }
    }
  }

  private static long weightBytes(Path folder) throws IOException {
    long bytes = 0;
    for (Path file : files(folder)) {
      bytes += file.toString().endsWith(SAFETENSORS) ? Files.size(file) : 0;
    }
    return bytes;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
