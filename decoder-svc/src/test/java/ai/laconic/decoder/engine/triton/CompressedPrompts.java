package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Role;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Prompts as the decoder service makes them: a window of a real text as latents, and a wish. */
final class CompressedPrompts implements AutoCloseable {
  private static final Path TEXT = Path.of("../demo/opticks.txt");

  private final LatentEncoder encoder;
  private final int width;
  private final TextTokenizer tokenizer;
  private final PromptAssembler assembler;
  private final int[] ids;

  CompressedPrompts(ModelDirectory model) throws Exception {
    width = model.latentWidth();
    encoder = LatentEncoder.open(model, Device.CPU, 1);
    tokenizer = TextTokenizer.open(model.decoderTokenizerFile());
    Path file = model.decoderTokenizerFile();
    assembler = PromptAssembler.open(tokenizer, file.resolveSibling("tokenizer_config.json"));
    try (TextTokenizer windows = TextTokenizer.open(model.encoderTokenizerFile())) {
      ids = windows.tokenize(Files.readString(TEXT)).ids();
    }
  }

  /** Asks for the {@code tokens} from {@code start} on to be repeated. */
  DecodePrompt repeat(int start, int tokens) {
    float[] latents =
        encoder.encode(List.of(Arrays.copyOfRange(ids, start, start + tokens))).get(0);
    int rows = latents.length / width;
    Prompt prompt =
        assembler.assemble(
            List.of(
                new Turn(
                    Role.USER,
                    List.of(
                        new PromptPart.Latents(
                            List.of(new LatentRef(LatentId.of(new byte[LatentId.BYTES]), rows))),
                        new PromptPart.Text("\nRepeat the text above.")))));
    return new DecodePrompt(prompt.ids(), latents);
  }

  @Override
  public void close() {
    encoder.close();
    tokenizer.close();
  }
}
