package ai.laconic.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.model.ModelDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
  @TempDir Path folder;

  private PeerProcess shell(String script) throws Exception {
    return PeerProcess.start(
        List.of("/bin/sh", "-c", script), Map.of(), folder.resolve("peer.log"));
  }

  @Test
  void answersLineByLine() throws Exception {
    String echo = "while read line; do echo '{\"seconds\":2,\"tokens\":6,\"cached\":1}'; done";
    try (PeerProcess process = shell(echo)) {
      Peer peer = new Peer("some", "1.0", process);

      assertThat(peer.generate(List.of(new int[] {1, 2}), 6)).isEqualTo(new PeerTimes(2, 6, 1));
      assertThat(peer.encode(List.of(new int[] {1})).tokensPerSecond()).isEqualTo(3);
    }
  }

  @Test
  void whoEndsIsToldWithItsLastWords() throws Exception {
    try (PeerProcess process = shell("echo no such model >&2; read line")) {
      Peer peer = new Peer("some", "1.0", process);

      assertThatThrownBy(() -> peer.generate(List.of(new int[] {1}), 1))
          .isInstanceOf(PeerUnavailableException.class)
          .hasMessageContaining("expected: one line for each request")
          .hasMessageContaining("no such model");
    }
  }

  @Test
  void whoSaysSomethingElseIsToldToo() throws Exception {
    try (PeerProcess process = shell("read line; echo hello; read line")) {
      Peer peer = new Peer("some", "1.0", process);

      assertThatThrownBy(() -> peer.generate(List.of(new int[] {1}), 1))
          .isInstanceOf(PeerUnavailableException.class);
    }
  }

  @Test
  void aPeerThatCannotBeInstalledIsLeftOutWithASentence() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    List<String> leftOut = new ArrayList<>();
    Peers peers =
        new Peers(
            EnumSet.allOf(PeerKind.class), folder, file.resolve("cache"), x -> {}, leftOut::add);
    ModelDirectory model = ModelDirectory.open(Path.of("../models/nano-4x"));

    try (PeerSet opened = peers.open(new PeerTask(false, model, 1, 64))) {
      assertThat(opened).isEmpty();
    }
    assertThat(leftOut).hasSize(2);
    assertThat(leftOut.get(0)).startsWith("vllm: ");
    assertThat(peers.versions()).isEmpty();
  }

  @Test
  void namesAreThoseOfTheCommandLine() {
    assertThat(PeerKind.of("llama.cpp")).isEqualTo(PeerKind.LLAMA_CPP);
    assertThatThrownBy(() -> PeerKind.of("ollama"))
        .hasMessage("--peers: ollama (expected: of [vllm, llama.cpp])");
  }
}
