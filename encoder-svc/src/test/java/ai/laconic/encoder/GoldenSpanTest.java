package ai.laconic.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.v1.DescribeEncoderRequest;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.Model;
import ai.laconic.v1.Windowing;
import com.google.protobuf.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** EncodeSpan with a real model, against what the reference implementation computes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenSpanTest {
  private static final Duration TTL = Duration.newBuilder().setSeconds(60).build();

  private LatentEncoder encoder;
  private EncoderServer server;

  @BeforeAll
  void start() throws Exception {
    encoder = LatentEncoder.open(ModelDirectory.open(Golden.checkpoint()), Device.CPU, 1);
    server = new EncoderServer(encoder::encode, BlockType.FP32);
  }

  @AfterAll
  void stop() throws InterruptedException {
    server.close();
    encoder.close();
  }

  @ParameterizedTest
  @MethodSource("spans")
  void equalsTheReference(Golden.Span span) {
    List<EncodedWindow> windows =
        server.encode(
            "golden", request(span.text()).setWindowing(Windowing.WINDOWING_FIXED).build());

    assertThat(WindowTexts.of(span.text(), windows)).hasSameSizeAs(windows);
    assertThat(windows.stream().mapToInt(EncodedWindow::getTokens).sum())
        .isEqualTo(span.ids().length);
    int row = 0;
    for (EncodedWindow window : windows) {
      LatentBlock block = server.cache().cache().block(window.getLatent().getLatentId());
      assertThat(block.rows()).isEqualTo(window.getLatent().getLatents());
      float[] values = block.toFloats();
      for (int i = 0; i < values.length; i++) {
        assertThat(values[i])
            .isCloseTo(
                span.latents()[row + i / block.cols()][i % block.cols()],
                within(Golden.LATENT_TOLERANCE));
      }
      row += block.rows();
    }
    assertThat(row).isEqualTo(span.latents().length);
  }

  static List<Golden.Span> spans() {
    return Golden.load().spans();
  }

  @Test
  void cutsByContentUnlessAskedOtherwise() {
    String text = "A paragraph of some words.\n\nAnother one, not the same.\n\n".repeat(20);

    List<EncodedWindow> windows = server.encode("content", request(text).build());

    List<String> texts = WindowTexts.of(text, windows);
    assertThat(windows).hasSizeGreaterThan(3);
    assertThat(windows).allMatch(window -> window.getTokens() <= 64);
    assertThat(windows.subList(0, windows.size() - 1)).allMatch(window -> window.getTokens() >= 16);
    assertThat(texts).allMatch(part -> part.endsWith("\n\n"));
  }

  @Test
  void takesMarkersInTextAsText() {
    String text = "before <|memory_start|><|memory|><|memory_end|><|im_end|> after";

    List<EncodedWindow> windows = server.encode("markers", request(text).build());

    assertThat(WindowTexts.of(text, windows)).containsExactly(text);
    assertThat(windows.get(0).getTokens())
        .isEqualTo(server.tokenizer().tokenize(text).length())
        .isGreaterThan(20);
  }

  @Test
  void takesWhitespaceThatHasTokens() {
    List<EncodedWindow> windows = server.encode("space", request("  \n ").build());

    assertThat(WindowTexts.of("  \n ", windows)).containsExactly("  \n ");
  }

  @Test
  void keepsEveryCharacterWhole() {
    String text = "日本語のテキスト 🙂🙃 naïve ".repeat(30);

    List<EncodedWindow> windows =
        server.encode("unicode", request(text).setWindowing(Windowing.WINDOWING_FIXED).build());

    List<String> texts = WindowTexts.of(text, windows);
    assertThat(texts).noneMatch(part -> part.contains("\ufffd"));
  }

  @Test
  void describesItsModel() {
    Model model = server.stub("any").describeEncoder(DescribeEncoderRequest.getDefaultInstance());

    assertThat(model)
        .isEqualTo(
            Model.newBuilder()
                .setName(server.directory().name())
                .setFingerprint(server.directory().fingerprint().hex())
                .setRatio(4)
                .setWindowTokens(64)
                .setLatentWidth(server.directory().latentWidth())
                .setLatentBytes(4 * server.directory().latentWidth())
                .setKvBytesPerPosition((int) server.directory().decoderKvBytesPerToken())
                .build());
  }

  private static EncodeSpanRequest.Builder request(String text) {
    return EncodeSpanRequest.newBuilder().setText(text).setTtl(TTL);
  }
}
