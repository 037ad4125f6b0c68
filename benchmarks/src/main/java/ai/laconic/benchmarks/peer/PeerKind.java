package ai.laconic.benchmarks.peer;

import java.util.Arrays;
import java.util.List;

/** An engine that others made. */
public enum PeerKind {
  VLLM("vllm", "vllm_peer", true, List.of("float32", "bfloat16")),
  LLAMA_CPP("llama.cpp", "llama_cpp_peer", false, List.of("float32"));

  private final String label;
  private final String module;
  private final boolean encodes;
  private final List<String> types;

  PeerKind(String label, String module, boolean encodes, List<String> types) {
    this.label = label;
    this.module = module;
    this.encodes = encodes;
    this.types = types;
  }

  /** Returns the engine of a name on the command line. */
  public static PeerKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--peers: " + label + " (expected: of " + List.of(values()) + ")"));
  }

  /** Returns the name of its script, and of the folder of its requirements. */
  String module() {
    return module;
  }

  /** Returns whether it returns the hidden states of an encoder. */
  boolean encodes() {
    return encodes;
  }

  /** Returns the types of numbers that it is measured with. */
  List<String> types() {
    return types;
  }

  /** Returns the label, as it is typed. */
  @Override
  public String toString() {
    return label;
  }
}
