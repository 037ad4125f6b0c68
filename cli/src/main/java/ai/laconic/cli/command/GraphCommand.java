package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.runtime.graph.GraphFiles;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.session.Device;
import ai.laconic.triton.contract.DecoderContract;
import ai.laconic.triton.contract.EncoderContract;
import ai.laconic.triton.repository.DecoderServing;
import ai.laconic.triton.repository.EncoderServing;
import ai.laconic.triton.repository.ModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "graph",
    description = {
      "Write a model's ONNX graphs beside its weights, for servers that load files.",
      "With --repository, write a model repository for Triton as well."
    },
    mixinStandardHelpOptions = true)
final class GraphCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec command;

  @Parameters(index = "0", paramLabel = "DIR", description = "Directory of the model.")
  Path directory = Path.of("");

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description =
          "Where the graphs will run: cpu, or cuda:0 and so on, which has attention in half"
              + " precision; default ${DEFAULT-VALUE}.")
  String device = "cpu";

  @Option(
      names = "--repository",
      paramLabel = "REPO",
      description =
          "Directory of a model repository, made if it isn't there; gets the models "
              + DecoderContract.MODEL_NAME
              + " and "
              + EncoderContract.MODEL_NAME
              + ".")
  @Nullable Path repository;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = "onnx",
      description = "What decodes in Triton: onnx or vllm; default ${DEFAULT-VALUE}.")
  Engine engine = Engine.ONNX;

  private enum Engine {
    ONNX,
    VLLM
  }

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "CPU threads of each model; 0 takes one for each processor.")
  int threads;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "4",
      description = "Generations at once in the decoder; default ${DEFAULT-VALUE}.")
  int slots = 4;

  @Option(
      names = "--queue-limit",
      paramLabel = "N",
      defaultValue = "" + DecoderServing.QUEUE_LIMIT,
      description = "Generations that wait for a slot; default ${DEFAULT-VALUE}.")
  int queueLimit = DecoderServing.QUEUE_LIMIT;

  @Option(
      names = "--max-positions",
      paramLabel = "N",
      defaultValue = "8192",
      description = "Decoder positions of one generation; default ${DEFAULT-VALUE}.")
  int maxPositions = 8192;

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      defaultValue = "" + DecoderServing.PREFILL_CHUNK,
      description =
          "Positions of a new prompt between two tokens of the running generations; default"
              + " ${DEFAULT-VALUE}.")
  int prefillChunk = DecoderServing.PREFILL_CHUNK;

  @Option(
      names = "--gpu-memory",
      paramLabel = "X",
      defaultValue = "" + DecoderServing.GPU_MEMORY,
      description = "Share of the GPU's memory that vLLM takes; default ${DEFAULT-VALUE}.")
  double gpuMemory = DecoderServing.GPU_MEMORY;

  @Option(names = "--half-latents", description = "Latents come as FP16 instead of FP32.")
  boolean halfLatents;

  @Override
  public Integer call() throws IOException, ModelDirectoryException {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    Output output = new Output(commandLine.getOut(), commandLine.getErr(), false);
    ModelDirectory model = ModelDirectory.open(directory);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("FILE", "SIZE"));
    for (Path file : repository == null ? graphs(model) : models(repository, model)) {
      rows.add(List.of(file.toString(), Units.bytes(Files.size(file))));
    }
    output.table(rows);
    if (repository != null) {
      output.line("");
      output.line(
          "wrote %s and %s to %s",
          DecoderContract.MODEL_NAME, EncoderContract.MODEL_NAME, repository);
      output.line("serve it with: tritonserver --model-repository=%s", repository);
    }
    return ExitCode.OK;
  }

  private List<Path> graphs(ModelDirectory model) throws IOException {
    boolean half = Device.parse(device).needsHalfAttention();
    return List.of(GraphFiles.writeEncoder(model, half), GraphFiles.writeDecoder(model, half));
  }

  private List<Path> models(Path target, ModelDirectory model) throws IOException {
    Device runsOn = Device.parse(device);
    EncoderServing encoder = new EncoderServing(runsOn, threads);
    DecoderServing decoder =
        new DecoderServing(
            engine.name().toLowerCase(Locale.ROOT),
            runsOn,
            threads,
            slots,
            queueLimit,
            maxPositions,
            prefillChunk,
            gpuMemory,
            halfLatents);
    ModelRepository written = new ModelRepository(target);
    return Stream.concat(
            Stream.of(written.addEncoder(EncoderContract.MODEL_NAME, model, encoder)),
            written.addDecoder(DecoderContract.MODEL_NAME, model, decoder).stream())
        .toList();
  }
}
