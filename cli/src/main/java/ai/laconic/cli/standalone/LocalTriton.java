package ai.laconic.cli.standalone;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.triton.contract.DecoderContract;
import ai.laconic.triton.contract.EncoderContract;
import ai.laconic.triton.repository.DecoderServing;
import ai.laconic.triton.repository.EncoderServing;
import ai.laconic.triton.repository.ModelRepository;
import ai.laconic.triton.server.TritonInstallation;
import ai.laconic.triton.server.TritonServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.util.FileSystemUtils;

/**
 * A Triton server on this machine with an encoder and a decoder for each model. Its model
 * repository and its log lie in a temporary folder; the graphs lie beside the models' weights.
 */
final class LocalTriton implements AutoCloseable {
  /** A large checkpoint is read from a cold disk and widened. */
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(10);

  private final Path folder;
  private final TritonServer server;

  /** Ctrl-C ends the JVM without closing anything. */
  private final Thread atExit = new Thread(this::end, "triton's folder at exit");

  private LocalTriton(Path folder, TritonServer server) {
    this.folder = folder;
    this.server = server;
  }

  /** Installs Triton if need be, starts it and waits until all models are loaded. */
  static LocalTriton start(List<ModelDirectory> models, StandaloneOptions options)
      throws IOException, InterruptedException {
    TritonInstallation installation = TritonInstallation.in(TritonInstallation.defaultCache());
    Path folder = Files.createTempDirectory("laconic-triton-");
    TritonServer server = null;
    try {
      Path repository = Files.createDirectory(folder.resolve("models"));
      for (ModelDirectory model : models) {
        add(new ModelRepository(repository), model, options);
      }
      server =
          TritonServer.start(
              installation,
              repository,
              true,
              TritonServer.Ports.free(),
              folder.resolve("triton.log"));
      server.awaitReady(STARTS_WITHIN);
      LocalTriton triton = new LocalTriton(folder, server);
      Runtime.getRuntime().addShutdownHook(triton.atExit);
      return triton;
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (server != null) {
        server.close();
      }
      FileSystemUtils.deleteRecursively(folder);
      throw e;
    }
  }

  private static void add(
      ModelRepository repository, ModelDirectory model, StandaloneOptions options)
      throws IOException {
    repository.addEncoder(encoder(model), model, new EncoderServing(Device.CPU, 0));
    repository.addDecoder(
        decoder(model),
        model,
        new DecoderServing(
            DecoderServing.ONNX,
            Device.CPU,
            0,
            options.slots(),
            DecoderServing.QUEUE_LIMIT,
            options.maxPositions(),
            DecoderServing.PREFILL_CHUNK,
            DecoderServing.GPU_MEMORY,
            false));
  }

  /** Returns the server's address. */
  String address() {
    return server.address();
  }

  /** Returns the settings with which encoder-svc uses this server. */
  Map<String, Object> encoderSettings(ModelDirectory model) {
    return Map.of(
        "laconic.encoder.engine", "triton",
        "laconic.encoder.triton.target", target(),
        "laconic.encoder.triton.model-name", encoder(model));
  }

  /** Returns the settings with which decoder-svc uses this server. */
  Map<String, Object> decoderSettings(ModelDirectory model) {
    return Map.of(
        "laconic.decoder.engine", "triton",
        "laconic.decoder.triton.targets", target(),
        "laconic.decoder.triton.model-name", decoder(model));
  }

  private String target() {
    return "dns:///" + server.address();
  }

  private static String encoder(ModelDirectory model) {
    return EncoderContract.MODEL_NAME + "_" + model.ratio();
  }

  private static String decoder(ModelDirectory model) {
    return DecoderContract.MODEL_NAME + "_" + model.ratio();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // Then the hook does the same; both may.
    }
    end();
  }

  private void end() {
    server.close();
    try {
      FileSystemUtils.deleteRecursively(folder);
    } catch (IOException left) {
      // A temporary folder that stays is no reason to fail.
    }
  }
}
