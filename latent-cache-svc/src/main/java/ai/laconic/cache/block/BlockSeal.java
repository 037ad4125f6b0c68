package ai.laconic.cache.block;

import ai.laconic.cache.seal.BrokenSealException;
import ai.laconic.cache.seal.MissingKeyException;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.Partition;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Sharing;
import java.nio.ByteBuffer;

/**
 * How blocks are sealed: not at all without keys, since they have a checksum and their ID inside.
 */
record BlockSeal(Seal seal) {
  byte[] seal(TenantId tenant, Sharing sharing, LatentId id, byte[] block) {
    if (!seal.encrypts()) {
      return block;
    }
    Partition owner = sharing == Sharing.SHARING_PUBLIC ? Partition.PUBLIC : Partition.of(tenant);
    return seal.seal(owner, place(id), block);
  }

  ByteBuffer open(TenantId reader, LatentId id, byte[] stored)
      throws BrokenSealException, MissingKeyException {
    return Seal.isEncrypted(stored)
        ? seal.open(Partition.of(reader), place(id), stored)
        : ByteBuffer.wrap(stored);
  }

  private static String place(LatentId id) {
    return "block " + id;
  }
}
