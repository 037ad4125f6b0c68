package ai.laconic.cli.command;

import ai.laconic.runtime.inspect.MemoryNeed;
import ai.laconic.runtime.inspect.ModelFacts;
import ai.laconic.runtime.inspect.PartFacts;
import ai.laconic.runtime.model.Qwen3Config;
import java.util.ArrayList;
import java.util.List;

/** Prints the facts of one model. */
final class ModelSheet {
  private final Output output;

  ModelSheet(Output output) {
    this.output = output;
  }

  void print(ModelFacts facts) {
    output.line(
        "%s: %dx, windows of %s tokens, latents of %s numbers%s",
        facts.name(),
        facts.ratio(),
        Units.count(facts.windowTokens()),
        Units.count(facts.latentWidth()),
        facts.quantized() ? ", quantised" : "");
    output.line("  directory    %s", facts.path());
    output.line("  fingerprint  %s", facts.fingerprint());
    output.line("  method       pooling %s, mask causal, overlap 0, adapter mlp", facts.pooling());
    output.line(
        "  golden.json  %s",
        facts.golden() ? "there; compare with: laconic models verify" : "none");
    sizes(facts);
    shapes(facts);
    cost(facts);
    memory(facts);
  }

  private void sizes(ModelFacts facts) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PART", "PARAMETERS", "WEIGHTS", "TYPE"));
    for (PartFacts part : List.of(facts.encoder(), facts.adapter(), facts.decoder())) {
      rows.add(
          List.of(
              part.name(),
              Units.count(part.parameters()),
              Units.bytes(part.bytes()),
              String.join(", ", part.dtypes())));
    }
    rows.add(List.of("all files", Units.count(facts.parameters()), Units.bytes(facts.bytes()), ""));
    table(rows);
  }

  private void shapes(ModelFacts facts) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "STACK",
            "LAYERS",
            "WIDTH",
            "INNER",
            "HEADS",
            "KV HEADS",
            "HEAD",
            "VOCABULARY",
            "OUTPUT",
            "POSITIONS"));
    rows.add(shape("encoder", facts.encoderConfig(), "none"));
    rows.add(
        shape(
            "decoder",
            facts.decoderConfig(),
            facts.decoderConfig().tiedEmbeddings() ? "tied" : "own"));
    table(rows);
  }

  private static List<String> shape(String name, Qwen3Config config, String outputMatrix) {
    return List.of(
        name,
        Units.count(config.layers()),
        Units.count(config.hiddenSize()),
        Units.count(config.intermediateSize()),
        Units.count(config.heads()),
        Units.count(config.kvHeads()),
        Units.count(config.headDim()),
        Units.count(config.vocabularySize()),
        outputMatrix,
        Units.count(config.maxPositions()));
  }

  private void cost(ModelFacts facts) {
    ModelFacts.TokenCost cost = facts.tokenCost();
    table(
        List.of(
            List.of("A SOURCE TOKEN TAKES", ""),
            List.of("latent in the cache, fp32", Units.bytes(cost.latentFp32())),
            List.of("latent in the cache, fp16 (default)", Units.bytes(cost.latentFp16())),
            List.of("latent in the cache, int8", Units.bytes(cost.latentInt8())),
            List.of("decoder KV, read as text", Units.bytes(cost.kvUncompressed())),
            List.of("decoder KV, read as latents", Units.bytes(cost.kvCompressed()))));
  }

  private void memory(ModelFacts facts) {
    MemoryNeed memory = facts.memory();
    table(
        List.of(
            List.of("TO SERVE ON A CPU", ""),
            List.of("encoder and adapter", Units.bytes(memory.encoderBytes())),
            List.of("decoder", Units.bytes(memory.decoderBytes())),
            List.of(
                "decoder KV, %d slots of %s positions, at most"
                    .formatted(memory.slots(), Units.count(memory.positions())),
                Units.bytes(memory.kvBytes())),
            List.of("together, at most", Units.bytes(memory.mostBytes())),
            List.of("and mapped, in the page cache", Units.bytes(memory.mappedBytes()))));
    output.line(
        "as laconic up serves it: memory for keys and values is reserved as addresses, and taken as prompts fill it");
    output.line(
        "assumed: matrices packed as 32-bit floats, keys and values as well; not counted: the heap,");
    output.line(
        "what a run needs in passing, and a second copy of the largest matrix while it is packed at start-up");
  }

  private void table(List<List<String>> rows) {
    output.line("");
    output.table(rows);
  }
}
