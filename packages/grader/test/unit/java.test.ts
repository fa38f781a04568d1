import { expect, test } from 'vitest'
import { javaMainClass } from '../../src/languages/java.ts'

const main = 'public static void main(String[] args) {}'

test.each([
  [{ 'A.java': `class A { ${main} }` }, 'A'],
  [{ 'A.java': `package org.some;\npublic class A { ${main} }` }, 'org.some.A'],
  [{ 'A.java': `class Other { void f() {} } public class Real { ${main} }` }, 'Real'],
  [{ 'A.java': `class Outer { static class Inner { ${main} } }` }, 'Outer$Inner'],
  [{ 'A.java': `// class Wrong { ${main}\nclass Right { ${main} }` }, 'Right'],
  [{ 'A.java': `class Right { String s = "class X {"; ${main} }` }, 'Right'],
  [{ 'A.java': `class A { ${main} }`, 'Main.java': `class Main { ${main} }` }, 'Main'],
  [{ 'A.java': 'class A {}' }, undefined],
])('the class with main is found in %o', (sources, found) => {
  expect(javaMainClass(sources)).toBe(found)
})
