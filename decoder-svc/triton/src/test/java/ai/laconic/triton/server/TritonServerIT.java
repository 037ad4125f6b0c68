package ai.laconic.triton.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.triton.repository.DecoderServing;
import ai.laconic.triton.repository.EncoderServing;
import ai.laconic.triton.repository.ModelRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server itself: installed, started with both models, stopped. */
class TritonServerIT {
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir Path folder;

  private TritonServer start(Path models) throws Exception {
    return TritonServer.start(
        RealTriton.installation(),
        models,
        true,
        TritonServer.Ports.free(),
        folder.resolve("triton.log"));
  }

  @Test
  void servesBothModelsAndLeavesNothingBehind() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    repository.addDecoder(
        "lclm_decoder",
        model,
        new DecoderServing(
            DecoderServing.ONNX, Device.CPU, 1, 2, 4, 512, 64, DecoderServing.GPU_MEMORY, false));
    repository.addEncoder("lclm_encoder", model, new EncoderServing(Device.CPU, 1));
    TritonServer server = start(repository.path());
    try {
      server.awaitReady(SOON);
      assertThat(server.metrics()).contains("lclm_waiting{model=\"lclm_decoder\"");
      assertThat(server.sharedMemory()).isPositive();
    } finally {
      server.close();
    }
    assertThat(server.sharedMemory()).isZero();
    server.close();
  }

  @Test
  void saysWhyAModelCannotBeLoaded() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    repository.addDecoder(
        "lclm_decoder",
        model,
        new DecoderServing(
            "missing", Device.CPU, 1, 2, 4, 512, 64, DecoderServing.GPU_MEMORY, false));
    TritonServer server = start(repository.path());
    try {
      assertThatThrownBy(() -> server.awaitReady(SOON))
          .isInstanceOf(TritonUnavailableException.class)
          .hasMessageStartingWith("triton: exit status 1 (expected: running): ");
      assertThat(Files.readString(folder.resolve("triton.log")))
          .contains("parameter engine: missing needs decoding.missing_engine");
    } finally {
      server.close();
    }
  }

  @Test
  void saysWhyItCannotBeInstalled() throws Exception {
    Path file = Files.createFile(folder.resolve("not-a-folder"));

    assertThatThrownBy(() -> TritonInstallation.in(file))
        .isInstanceOf(TritonUnavailableException.class)
        .hasMessageContaining("not-a-folder");
  }
}
