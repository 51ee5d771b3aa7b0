// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have variables like that
import { expect, it } from 'vitest';
import { readDockerfile } from '../../../src/domain/build/dockerfile.js';

const read = (text: string, args: Record<string, string | null> = {}) => readDockerfile(text, args);

it.each([
  ['one stage', 'FROM node:20', ['node:20']],
  ['no base at all', 'FROM scratch\nCOPY . /', []],
  ['stages of its own', 'FROM node:20 AS deps\nFROM deps\nCOPY --from=deps /a /b\nCOPY --from=0 /a /b', ['node:20']],
  ['stages without regard to case', 'FROM a AS Deps\nFROM DEPS', ['a']],
  ['a platform', 'FROM --platform=$BUILDPLATFORM node:20 AS build', ['node:20']],
  ['files of an image', 'FROM a\nCOPY --chown=1 --from=tools:1 /x /x', ['a', 'tools:1']],
  ['mounts of an image', 'FROM a\nRUN --mount=type=bind,from=tools:2,target=/t --network=none make', ['a', 'tools:2']],
  ['an instruction over lines', 'FROM \\\n# why\n\n  node:20 \\\n  AS x\nFROM x', ['node:20']],
  ['another escape', '# escape=`\nFROM `\nnode:20', ['node:20']],
  ['a document that looks like instructions', 'FROM a\nRUN <<EOF\nFROM b\nEOF\nCOPY --from=c / /', ['a', 'c']],
  ['a document with tabs', 'FROM a\nRUN <<-"END" cat\nFROM b\n\tEND\nFROM d', ['a', 'd']],
  ['Windows line ends', 'FROM a AS x\r\nFROM x\r\nCOPY --from=b / /\r\n', ['a', 'b']],
  ['quotes', 'FROM "a:1"', ['a:1']],
])('images: %s', (_, text, images) => {
  expect(read(text)).toEqual({ images, unknowable: undefined });
});

it('puts arguments into the names of base images, those of the build first', () => {
  const text = 'ARG V=1 NAME="shop"\nARG FULL=${NAME}-base:${V}\nFROM ${FULL}\nFROM ${OTHER:-b}:$V\nFROM c${V:+:x}';
  expect(read(text).images).toEqual(['shop-base:1', 'b:1', 'c:x']);
  expect(read(text, { V: '2', OTHER: 'z' }).images).toEqual(['shop-base:2', 'b:2', 'c:x']);
  expect(read('ARG V\nFROM a:$V', { V: '3' }).images).toEqual(['a:3']);
});

it('arguments of a stage do not count for the next', () => {
  expect(read('ARG V=1\nFROM a:$V\nARG V=2\nFROM b:$V').images).toEqual(['a:1', 'b:1']);
});

it.each([
  ['FROM a\nADD https://example.org/x.tgz /x', 'https://example.org/x.tgz'],
  ['FROM a\nADD ["git@github.com:a/b.git", "/x"]', 'git@github.com:a/b.git'],
  ['FROM a\nADD --chmod=755 $URL /x', '$URL'],
  ['FROM a-$TARGETARCH', 'a-$TARGETARCH'],
  ['FROM ${X%y}', '${X%y}'],
  ['FROM a\nRUN --mount=type=bind,from=$tools true', '$tools'],
  ['# syntax=example.org/other:1\nFROM a', 'example.org/other:1'],
])('%j cannot be known', (text, named) => {
  expect(read(text).unknowable).toContain(named);
});

it('knows what a remote file with a checksum is, and the usual syntax', () => {
  expect(read('# syntax=docker/dockerfile:1\nFROM a\nADD --checksum=sha256:12 https://x.org/y /y').unknowable).toBe(
    undefined,
  );
  expect(read('FROM a', { BUILDKIT_SYNTAX: 'x.org/y' }).unknowable).toContain('x.org/y');
});
