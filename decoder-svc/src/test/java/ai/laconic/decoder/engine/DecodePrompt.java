package ai.laconic.decoder.engine;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.prompt.Prompt.PlacedBlock;
import ai.laconic.servicekit.tenant.TenantId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A prompt with its latents, which are named by what they are.
 *
 * @param ids with a placeholder for each latent; those that follow each other are one block
 * @param latents a row for each placeholder
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DecodePrompt(int[] ids, float[] latents) {
  private static final ModelFingerprint MODEL = new ModelFingerprint("a".repeat(64));

  /** Returns a request whose latents are all there. */
  public EngineRequest request(
      TenantId tenant, DecodeTask task, Instant deadline, int placeholder) {
    List<PlacedBlock> blocks = new ArrayList<>();
    List<LatentBlock> latentBlocks = new ArrayList<>();
    int placeholders = (int) Arrays.stream(ids).filter(id -> id == placeholder).count();
    int width = placeholders == 0 ? 1 : latents.length / placeholders;
    int used = 0;
    for (int start = 0, end; start < ids.length && latents.length > 0; start = end) {
      end = start + 1;
      if (ids[start] == placeholder) {
        while (end < ids.length && ids[end] == placeholder) {
          end++;
        }
        float[] values = Arrays.copyOfRange(latents, used * width, (used + end - start) * width);
        used += end - start;
        LatentBlock block = block(values, width);
        blocks.add(new PlacedBlock(start, new LatentRef(block.id(), end - start)));
        latentBlocks.add(block);
      }
    }
    Prompt prompt = new Prompt(ids, blocks);
    PromptLatents arrived = new PromptLatents(prompt, width);
    for (int i = 0; i < latentBlocks.size(); i++) {
      arrived.put(i, latentBlocks.get(i));
    }
    return new EngineRequest(tenant, prompt, arrived, task, deadline);
  }

  /** Returns rows of FP32 as a block of some model. */
  public static LatentBlock block(float[] values, int width) {
    return LatentBlock.ofEmbeddings(
        name(values), MODEL, BlockType.FP32, values.length / width, width, values);
  }

  private static LatentId name(float[] values) {
    return LatentId.of(
        ByteBuffer.allocate(LatentId.BYTES)
            .putInt(Arrays.hashCode(values))
            .putInt(values.length)
            .array());
  }
}
